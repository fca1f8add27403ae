package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.Upkeep.Gate;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * No script costs more because a queue is long: each is run on a queue of 1,000 jobs and on one of
 * 100,000 with 5,000 in flight. It runs the same number of commands on both, and {@code SLOWLOG}
 * stays empty.
 *
 * <p>{@code SLOWLOG}'s bound is 50 ms. On Redis 7.0.15, two cores, a script that looked at 100,000
 * entries one by one took 184 ms and {@code HGETALL} of as many fields 124 ms, while full batches
 * of these scripts take less than 5 ms: a busy machine is no failure, a walk is. A single command
 * that is linear by itself may be quicker than that ({@code LPOS}: 2 ms); {@code ScriptHeaderTest}
 * sees to it that there is none. The times are logged at INFO and not asserted.
 */
final class CostIT {
  private static final Logger log = LoggerFactory.getLogger(CostIT.class);
  private static final int BOUND_MICROS = 50_000;

  /** Commands that this test sends itself. */
  private static final Set<String> OURS = Set.of("config|resetstat", "info");

  private static final QueueRef SHORT = QueueRef.of("short");
  private static final QueueRef LONG = QueueRef.of("long");

  private final AtomicLong now =
      new AtomicLong(Instant.parse("2030-01-01T00:00:00Z").toEpochMilli());
  private final Map<String, Cost> measured = new LinkedHashMap<>();
  private RedisProcess server;
  private RespClient redis;
  private RedisEngine engine;

  @BeforeEach
  void start() {
    server = RedisServer.start();
    redis = server.connect();
    engine =
        RedisEngine.connect(
            RedisOptions.builder(server.uri()).build(), () -> Long.toString(now.get()));
  }

  @AfterEach
  void stop() {
    engine.close();
    redis.close();
    server.close();
  }

  /** What one step cost: the time in scripts, and the commands they ran. */
  private record Cost(long micros, long commands) {}

  @Test
  void no_script_is_slow_because_a_queue_is_long() {
    Map<String, Cost> small = run(SHORT, 1_000, 4);
    Map<String, Cost> large = run(LONG, 100_000, 50);

    StringBuilder table =
        new StringBuilder("µs and commands, at 1,000 queued and 400 held, and at 100,000/5,000:");
    small.forEach(
        (what, cost) ->
            table.append(
                String.format(
                    Locale.ROOT,
                    "%n  %-24s %6d µs %4d   %6d µs %4d",
                    what,
                    cost.micros(),
                    cost.commands(),
                    large.get(what).micros(),
                    large.get(what).commands())));
    log.info("{}", table);
    assertThat(commands(large)).isEqualTo(commands(small));
    assertThat(redis.command("SLOWLOG", "GET", "10"))
        .as("calls over " + BOUND_MICROS + " µs")
        .isEqualTo(List.of());
  }

  /** Fills a queue, with 100 jobs held by each of so many consumers, and runs every script. */
  private Map<String, Cost> run(QueueRef queue, int queued, int consumers) {
    measured.clear();
    redis.command("CONFIG", "SET", "slowlog-log-slower-than", "-1");
    engine.claiming().open(queue);
    fill(queue, queued + consumers * 100);
    List<List<Claim>> held = new ArrayList<>();
    for (int i = 0; i < consumers; i++) {
      held.add(EngineCalls.turn(engine, queue, "w" + i, 1, 100).claims());
    }
    assertThat(engine.control().stats(queue).ready()).isEqualTo(queued);
    assertThat(engine.control().stats(queue).active()).isEqualTo(consumers * 100L);
    redis.command("SLOWLOG", "RESET");
    redis.command("CONFIG", "SET", "slowlog-log-slower-than", Integer.toString(BOUND_MICROS));

    work(queue, held);
    operate(queue);
    reap(queue);
    return new LinkedHashMap<>(measured);
  }

  private void fill(QueueRef queue, int count) {
    for (int left = count; left > 0; left -= 10_000) {
      NewJob[] jobs = new NewJob[Math.min(left, 10_000)];
      for (int i = 0; i < jobs.length; i++) {
        jobs[i] = EngineCalls.job();
      }
      EngineCalls.enqueue(engine, queue, jobs);
    }
  }

  private static Map<String, Long> commands(Map<String, Cost> costs) {
    Map<String, Long> commands = new LinkedHashMap<>();
    costs.forEach((what, cost) -> commands.put(what, cost.commands()));
    return commands;
  }

  private void measure(String what, Runnable run) {
    redis.command("CONFIG", "RESETSTAT");
    run.run();
    long micros = 0;
    long commands = 0;
    for (Map.Entry<String, String> stat : redis.info("commandstats").entrySet()) {
      String command = stat.getKey().substring("cmdstat_".length());
      long calls = Long.parseLong(stat.getValue().replaceFirst("^calls=(\\d+),.*$", "$1"));
      if (command.startsWith("eval")) {
        micros += Long.parseLong(stat.getValue().replaceFirst("^.*usec=(\\d+),.*$", "$1"));
      } else if (!OURS.contains(command)) {
        commands += calls;
      }
    }
    measured.put(what, new Cost(micros, commands));
  }

  private void work(QueueRef queue, List<List<Claim>> held) {
    measure("enqueue 1", () -> EngineCalls.enqueue(engine, queue, EngineCalls.job()));
    measure("enqueue 100", () -> EngineCalls.enqueue(engine, queue, jobs(100)));
    NewJob[] delayed = new NewJob[100];
    for (int i = 0; i < delayed.length; i++) {
      delayed[i] = EngineCalls.delayed(Duration.ofSeconds(1));
    }
    measure("enqueue 100 delayed", () -> EngineCalls.enqueue(engine, queue, delayed));

    List<Claim> mine = held.get(0);
    measure(
        "turn: ack 50, claim 50",
        () ->
            assertThat(
                    EngineCalls.turn(
                            engine, queue, "w0", 2, 50, outcomes(mine.subList(0, 50), "ok"))
                        .claims())
                .hasSize(50));
    measure(
        "turn: fail 20",
        () -> EngineCalls.turn(engine, queue, "w0", 3, 0, outcomes(mine.subList(50, 70), "retry")));
    measure(
        "turn: release 20",
        () ->
            EngineCalls.turn(engine, queue, "w0", 4, 0, outcomes(mine.subList(70, 90), "release")));
    measure(
        "turn: bury 10",
        () -> EngineCalls.turn(engine, queue, "w0", 5, 0, outcomes(mine.subList(90, 100), "bury")));
    measure("turn: idle", () -> EngineCalls.turn(engine, queue, "w0", 6, 0));
    now.addAndGet(1_000);
    measure("turn: promote 100", () -> EngineCalls.turn(engine, queue, "w0", 7, 0));
    List<Held> other = held.get(1).stream().map(Claim::held).toList();
    // Opens the connection for leases, whose commands would be counted with the first extension.
    engine.claiming().extend(queue, EngineCalls.LEASE, other);
    measure(
        "extend 100",
        () ->
            assertThat(engine.claiming().extend(queue, EngineCalls.LEASE, other))
                .containsOnly(LeaseReply.EXTENDED));
    measure(
        "note",
        () ->
            EngineCalls.await(
                engine
                    .claiming()
                    .note(queue, other.get(0), new Note(new byte[] {'1'}, new byte[9], null))));
    measure("leave", () -> engine.claiming().leave(queue, "w1"));
  }

  private static NewJob[] jobs(int count) {
    NewJob[] jobs = new NewJob[count];
    for (int i = 0; i < count; i++) {
      jobs[i] = EngineCalls.job();
    }
    return jobs;
  }

  private static Settlement[] outcomes(List<Claim> claims, String verb) {
    byte[] attempt = {'{', '}'};
    return claims.stream()
        .map(
            claim ->
                new Settlement(
                    claim.held(),
                    switch (verb) {
                      case "ok" -> new Outcome.Succeeded(null);
                      case "retry" ->
                          new Outcome.Retry(Duration.ofHours(1), StateReason.RETRY, attempt);
                      case "bury" -> new Outcome.Buried(StateReason.BURIED, attempt);
                      default -> new Outcome.Released();
                    }))
        .toArray(Settlement[]::new);
  }

  private void operate(QueueRef queue) {
    Control control = engine.control();
    NewJob[] jobs = jobs(5);
    NewJob later = EngineCalls.delayed(Duration.ofHours(1));
    EngineCalls.enqueue(engine, queue, jobs);
    EngineCalls.enqueue(engine, queue, later);
    String dead = control.list(queue, JobState.DEAD, null, 1).items().get(0).key();
    measure(
        "cancel",
        () ->
            assertThat(control.cancel(queue, jobs[0].key(), Retention.STANDARD))
                .isEqualTo(ActReply.DONE));
    measure("redrive", () -> assertThat(control.redrive(queue, dead)).isEqualTo(ActReply.DONE));
    measure(
        "run now", () -> assertThat(control.runNow(queue, later.key())).isEqualTo(ActReply.DONE));
    measure(
        "reschedule",
        () -> control.reschedule(queue, jobs[1].key(), Instant.ofEpochMilli(now.get() + 999_999)));
    measure("prioritize", () -> control.prioritize(queue, jobs[2].key(), Priority.HIGH));
    measure(
        "delete", () -> assertThat(control.delete(queue, jobs[3].key())).isEqualTo(ActReply.DONE));
    measure("find", () -> assertThat(control.find(queue, jobs[4].key())).isPresent());
    measure("stats", () -> control.stats(queue));
    for (JobState state : JobState.values()) {
      if (state != JobState.PARKED && state != JobState.WAITING) {
        measure("list 100 " + state, () -> control.list(queue, state, null, 100));
      }
    }
    measure("pause", () -> control.pause(queue, true));
    measure("resume", () -> control.pause(queue, false));
    measure("open", () -> engine.claiming().open(queue));
    measure("purge 100", () -> assertThat(control.purge(queue)).isEqualTo(100));
  }

  private void reap(QueueRef queue) {
    assertThat(engine.upkeep().reap(EngineCalls.reapOrder(queue)).gate()).isEqualTo(Gate.OPEN);
    measure(
        "reap: not yet",
        () ->
            assertThat(engine.upkeep().reap(EngineCalls.reapOrder(queue)).gate())
                .isEqualTo(Gate.NOT_YET));
    now.addAndGet(5_000);
    measure(
        "reap: none expired",
        () -> assertThat(engine.upkeep().reap(EngineCalls.reapOrder(queue)).returned()).isZero());
    for (int i = 0; i < 5; i++) {
      now.addAndGet(5_000);
      engine.upkeep().reap(EngineCalls.reapOrder(queue));
    }
    measure("tidy 100", () -> engine.upkeep().tidy(EngineCalls.reapOrder(queue), "w1"));
    now.addAndGet(5_000);
    measure(
        "reap 100",
        () ->
            assertThat(engine.upkeep().reap(EngineCalls.reapOrder(queue)).returned()).isPositive());
  }
}
