package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.QueueStats;
import dev.holdfast.redis.History;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.RedisCluster;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisSentinels;
import dev.holdfast.testkit.redis.RespClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Planned failovers while worker processes work and a producer enqueues: nothing is lost where
 * Redis promises it, and every worker goes on by itself.
 */
@Isolated("measures recovery times")
final class PlannedFailoverFaultIT {
  /** C + T + B of {@link WorkerMain}; F is over when the clock starts. */
  private static final Duration RESUME = WorkerMain.RECONNECT_CAP.plusSeconds(3).plusMillis(500);

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Pattern BEGIN = Pattern.compile("BEGIN (\\d+) pid=(\\d+) .* nano=(-?\\d+)");

  /** What must not be seen outside the engine. */
  private static final Pattern WORDS_OF_REDIS =
      Pattern.compile("READONLY|UNBLOCKED|MOVED|TRYAGAIN|CLUSTERDOWN|LOADING|MASTERDOWN|NOSCRIPT");

  private final List<WorkerProcess> workers = new ArrayList<>();
  private final Map<Integer, JobId> acknowledged = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Throwable> refused = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean enough = new AtomicBoolean();
  private final AtomicInteger numbers = new AtomicInteger();
  @TempDir private Path directory;

  @AfterEach
  void end() {
    enough.set(true);
    workers.forEach(WorkerProcess::close);
  }

  /** What a failover under load did. */
  private record Course(
      Duration failover, Duration resumed, int jobs, List<JobId> lost, int repeated, int most) {}

  private Course run(String uri, Runnable failover) throws InterruptedException {
    History history = new History(directory);
    try (Holdfast holdfast = Holdfast.on(RedisEngine.connect(WorkerMain.options(uri, "fo")))) {
      for (int i = 0; i < 2; i++) {
        workers.add(WorkerProcess.start(uri, "fo", "work", 2, history));
      }
      await("both workers are ready").atMost(LONG).until(() -> history.count("READY") == 2);
      Thread producer = new Thread(() -> produce(holdfast), "producer");
      producer.start();
      await("both workers work").atMost(LONG).until(() -> begunSince(history, 0).size() == 2);
      await("a load").atMost(LONG).until(() -> acknowledged.size() > 100);

      long began = System.nanoTime();
      failover.run();
      long ended = System.nanoTime();
      await("both workers go on")
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> begunSince(history, ended).size() == 2);
      long resumed =
          begunSince(history, ended).values().stream().mapToLong(Long::longValue).max().orElse(0);
      int then = acknowledged.size();
      await("the producer goes on").atMost(LONG).until(() -> acknowledged.size() > then + 50);
      enough.set(true);
      producer.join(LONG.toMillis());
      await("all is done").atMost(LONG).until(() -> isIdle(holdfast.queue("work").stats()));
      return course(
          holdfast, history, Duration.ofNanos(ended - began), Duration.ofNanos(resumed - ended));
    }
  }

  /** Some 150 jobs a second of 20 ms each, for workers with four slots together. */
  private void produce(Holdfast holdfast) {
    while (!enough.get()) {
      int number = numbers.incrementAndGet();
      try {
        JobId id = holdfast.enqueue(new Work(number, "busy")).id();
        acknowledged.put(number, id);
        holdfast.status(id);
      } catch (HoldfastException e) {
        refused.add(e);
      }
      LockSupport.parkNanos(Duration.ofMillis(6).toNanos());
    }
  }

  private static boolean isIdle(QueueStats stats) {
    return stats.ready() + stats.active() + stats.scheduled() == 0;
  }

  /** By process id, when each worker first began a job after an instant. */
  private static Map<String, Long> begunSince(History history, long nanoTime) {
    Map<String, Long> first = new HashMap<>();
    for (String line : history.lines()) {
      Matcher begin = BEGIN.matcher(line);
      if (begin.matches()) {
        long at = Long.parseLong(begin.group(3));
        if (nanoTime == 0 || at - nanoTime > 0) {
          first.merge(begin.group(2), at, Math::min);
        }
      }
    }
    return first;
  }

  private Course course(Holdfast holdfast, History history, Duration failover, Duration resumed) {
    Map<Integer, Integer> begins = new HashMap<>();
    for (String line : history.lines()) {
      Matcher begin = BEGIN.matcher(line);
      if (begin.matches()) {
        begins.merge(Integer.parseInt(begin.group(1)), 1, Integer::sum);
      }
    }
    List<JobId> lost = new ArrayList<>();
    acknowledged.forEach(
        (number, id) -> {
          Optional<JobStatus> status = holdfast.status(id);
          if (status.isEmpty() || status.get().state() != JobState.SUCCEEDED) {
            lost.add(id);
          }
        });
    return new Course(
        failover,
        resumed,
        acknowledged.size(),
        lost,
        (int) begins.values().stream().filter(count -> count > 1).count(),
        begins.values().stream().mapToInt(Integer::intValue).max().orElse(0));
  }

  private void judge(Course course, Observed observed) {
    observed.took(course.resumed(), RESUME, "the last worker goes on");
    observed.figure(
        "failover "
            + course.failover().toMillis()
            + " ms, lost "
            + course.lost().size()
            + " of "
            + course.jobs()
            + ", run twice "
            + course.repeated()
            + ", enqueues refused "
            + refused.size());
    assertThat(refused)
        .allSatisfy(e -> assertThat(e.getMessage()).doesNotContainPattern(WORDS_OF_REDIS));
    assertThat(workers).allMatch(WorkerProcess::isAlive);
    assertThat(new History(directory).count("INTERRUPTED")).isZero();
  }

  private static void assertNothingLost(Course course) {
    assertThat(course.lost()).isEmpty();
    assertThat(course.most()).as("times that one job ran").isLessThanOrEqualTo(2);
  }

  @Fault(
      row = 47,
      what = "FAILOVER of a primary behind Sentinels, under load",
      must =
          "no acknowledged job is lost, none runs more than twice, every worker goes on by itself"
              + " within C+T+B, and no word of Redis reaches a caller")
  void a_failover_command_behind_sentinels_loses_nothing(Observed observed) throws Exception {
    try (RedisSentinels servers = RedisSentinels.start()) {
      RedisProcess primary = servers.servers().get(0);
      RedisProcess replica = servers.servers().get(1);
      Course course =
          run(
              servers.uri(),
              () -> {
                tell(primary, "FAILOVER", "TO", "127.0.0.1", Integer.toString(replica.port()));
                awaitRole(primary, "slave");
              });
      judge(course, observed);
      assertNothingLost(course);
    }
  }

  @Fault(
      row = 47,
      what = "SENTINEL FAILOVER under load",
      must =
          "every worker goes on by itself within C+T+B; what was acknowledged and not replicated"
              + " may be lost, and is counted")
  void a_failover_by_the_sentinels_is_followed_and_what_it_loses_is_counted(Observed observed)
      throws Exception {
    try (RedisSentinels servers = RedisSentinels.start()) {
      Course course = run(servers.uri(), servers::failover);
      judge(course, observed);
    }
  }

  @Fault(row = 47, what = "CLUSTER FAILOVER under load", must = "as with FAILOVER")
  void a_failover_of_a_cluster_loses_nothing(Observed observed) throws Exception {
    try (RedisCluster cluster = RedisCluster.start(3, 1)) {
      RedisProcess primary = cluster.primaryOf("{work}");
      RedisProcess replica = cluster.replicaOf(primary);
      Course course =
          run(
              cluster.uri(),
              () -> {
                cluster.failover(replica);
                awaitRole(primary, "slave");
              });
      judge(course, observed);
      assertNothingLost(course);
    }
  }

  private static void tell(RedisProcess server, String... command) {
    try (RespClient client = server.connect()) {
      client.command(command);
    }
  }

  private static void awaitRole(RedisProcess server, String role) {
    await("a " + role)
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> {
              try (RespClient client = server.connect()) {
                return role.equals(client.info("replication").get("role"));
              }
            });
  }
}
