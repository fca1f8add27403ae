package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.JobQueue;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.testkit.redis.RespClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A thread that looks at a queue without a pause worth the name: at its active jobs by the API, and
 * raw at who holds a place. All jobs must have a limit key, and each key a limit other than order.
 * Safe for use by several threads.
 */
final class LimitWatch implements AutoCloseable {
  private static final long PAUSE = Duration.ofMillis(2).toNanos();

  /** Both in one instant: who holds a place, and whose lease stands. */
  private static final String PLACES =
      "return {redis.call('ZRANGE', KEYS[1], 0, -1), redis.call('ZRANGE', KEYS[2], 0, -1)}";

  private final JobQueue queue;
  private final RespClient raw;
  private final String prefix;
  private final Set<Map<JobId, String>> seen = ConcurrentHashMap.newKeySet();
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private final AtomicInteger samples = new AtomicInteger();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "limit-watch");

  private LimitWatch(JobQueue queue, RespClient raw, String prefix) {
    this.queue = queue;
    this.raw = raw;
    this.prefix = prefix;
  }

  /** Starts looking. The connection is closed with the watch. */
  static LimitWatch start(JobQueue queue, RespClient raw, String prefix) {
    LimitWatch watch = new LimitWatch(queue, raw, prefix);
    watch.thread.start();
    return watch;
  }

  private void run() {
    try {
      while (stopped.getCount() > 0) {
        lookAtJobs();
        lookAtPlaces();
        samples.incrementAndGet();
        LockSupport.parkNanos(PAUSE);
      }
    } catch (RuntimeException e) {
      wrong.add("could not look: " + e);
    }
  }

  private void lookAtJobs() {
    seen.add(
        queue.jobs(JobState.ACTIVE, null, 200).items().stream()
            .collect(Collectors.toUnmodifiableMap(JobStatus::id, JobStatus::type)));
  }

  /** Each job with a lease has the place of its key, and nobody else has any. */
  private void lookAtPlaces() {
    List<?> both =
        (List<?>)
            Objects.requireNonNull(
                raw.command("EVAL", PLACES, "2", prefix + "holders", prefix + "leases"));
    List<String> holders = ((List<?>) both.get(0)).stream().map(String::valueOf).toList();
    Set<String> leased =
        ((List<?>) both.get(1)).stream().map(String::valueOf).collect(Collectors.toSet());
    holders.stream()
        .filter(member -> !leased.contains(jobOf(member)))
        .forEach(member -> wrong.add("held, and not active: " + member.replace('\0', ' ')));
    Set<String> holding =
        holders.stream()
            .filter(member -> member.startsWith("k:"))
            .map(LimitWatch::jobOf)
            .collect(Collectors.toSet());
    leased.stream()
        .filter(id -> !holding.contains(id))
        .forEach(id -> wrong.add("active without the place of its key: " + id));
  }

  private static String jobOf(String member) {
    return member.substring(member.indexOf('\0') + 1);
  }

  /** How often it has looked. */
  int samples() {
    return samples.get();
  }

  /** The most that were active at once in any look, by scope, such as {@code "key a"}. */
  Map<String, Long> most(Map<JobId, String> keys) {
    Map<String, Long> most = new TreeMap<>();
    for (Map<JobId, String> active : seen) {
      Map<String, Long> now = new TreeMap<>();
      now.put("queue", (long) active.size());
      active.forEach(
          (id, type) -> {
            now.merge("type " + type, 1L, Long::sum);
            now.merge("key " + keys.get(id), 1L, Long::sum);
          });
      now.forEach((scope, n) -> most.merge(scope, n, Math::max));
    }
    return most;
  }

  /** Fails if a place was ever held by a job that was not active, or the other way round. */
  void verifyPlaces() {
    assertThat(wrong).as("places that were wrong at an instant").isEmpty();
  }

  /** Ends once what is under way has been looked at. */
  @Override
  public void close() {
    stopped.countDown();
    try {
      thread.join(60_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    raw.close();
  }
}
