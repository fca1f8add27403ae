package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.JobState;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.StoredSchedule;
import dev.holdfast.spi.Ticking;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.TurnReply;
import dev.holdfast.spi.Upkeep;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a queue in which somebody else wrote: one job dies, or one queue is refused. */
final class CorruptQueueIT {
  private RedisHarness harness;
  private Engine engine;
  private QueueRef queue;
  private StoredSchedule daily;
  private long turns;

  @BeforeEach
  void open() {
    harness = RedisHarness.open();
    engine = harness.engine();
    queue = harness.freshQueue();
    engine.claiming().open(queue);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private TurnReply turn(int room, Settlement... done) {
    return EngineCalls.turn(engine, queue, "w1", ++turns, room, done);
  }

  private NewJob enqueued() {
    NewJob job = EngineCalls.job();
    EngineCalls.enqueue(engine, queue, job);
    return job;
  }

  private Object redis(String command, String key, String... more) {
    String[] parts = new String[more.length + 2];
    parts[0] = command;
    parts[1] = harness.key(queue, key);
    System.arraycopy(more, 0, parts, 2, more.length);
    return harness.redis().command(parts);
  }

  private StoredJob stored(String key) {
    return engine.control().find(queue, key).orElseThrow();
  }

  private static List<String> keysOf(TurnReply reply) {
    return reply.claims().stream().map(claim -> claim.held().key()).toList();
  }

  // One job.

  @ParameterizedTest
  @ValueSource(strings = {"soon", "+", "+x", "@", "@99999999999999999999", "99999999999999999999"})
  void a_job_whose_start_cannot_be_read_is_handed_out_as_if_it_had_none(String start) {
    NewJob bad = enqueued();
    NewJob good = enqueued();
    redis("HSET", "jobs", bad.key(), "n\ttest.job\t\t\t\t" + start + "\n{}");

    assertThat(engine.control().stats(queue).ready()).isEqualTo(2);
    assertThat(keysOf(turn(10))).containsExactly(bad.key(), good.key());
  }

  @Test
  void a_kept_answer_that_cannot_be_read_does_not_stop_the_producer() {
    enqueued();
    String producer =
        StoredQueue.strings(redis("HKEYS", "ops")).stream()
            .filter(field -> field.startsWith("p:"))
            .findFirst()
            .orElseThrow();
    redis("HSET", "ops", producer, "2\t");

    assertThatThrownBy(this::enqueued).isInstanceOf(OutcomeUnknownException.class);
    NewJob next = enqueued();
    assertThat(stored(next.key()).state()).isEqualTo(JobState.READY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rubbish",
        "rubbish\n{}",
        "\n",
        "n\ttest.job\n{}",
        "x\ttest.job\t\t\t\t\n{}",
        "n\tno such type\t\t\t\t\n{}",
        "n\t\t\t\t\t\n{}",
        "n\ttest.job\t\t\t\t no line break",
      })
  void a_job_whose_header_cannot_be_read_ends_dead_with_its_bytes(String body) {
    NewJob bad = enqueued();
    NewJob good = enqueued();
    redis("HSET", "jobs", bad.key(), body);

    TurnReply reply = turn(10);

    assertThat(keysOf(reply)).containsExactly(good.key());
    assertThat(reply.corrupt()).isEqualTo(1);
    StoredJob dead = stored(bad.key());
    assertThat(dead.state()).isEqualTo(JobState.DEAD);
    assertThat(dead.reason()).isEqualTo(StateReason.MALFORMED);
    assertThat(dead.raw()).isEqualTo(body.getBytes(StandardCharsets.UTF_8));
    assertThat(dead.envelope()).isNull();
    assertThat(engine.control().list(queue, JobState.DEAD, null, 10).items())
        .singleElement()
        .satisfies(job -> assertThat(job.raw()).isEqualTo(body.getBytes(StandardCharsets.UTF_8)));
    harness.verify(queue);
  }

  @Test
  void a_malformed_job_that_is_redriven_is_buried_again_and_can_be_deleted() {
    NewJob bad = enqueued();
    redis("HSET", "jobs", bad.key(), "rubbish");
    turn(10);
    assertThat(engine.control().redrive(queue, bad.key())).isEqualTo(ActReply.DONE);
    assertThat(turn(10).corrupt()).isEqualTo(1);
    assertThat(stored(bad.key()).reason()).isEqualTo(StateReason.MALFORMED);
    assertThat(engine.control().delete(queue, bad.key())).isEqualTo(ActReply.DONE);
    assertThat(engine.control().find(queue, bad.key())).isEmpty();
  }

  @Test
  void a_malformed_job_is_shown_while_it_waits() {
    NewJob bad = enqueued();
    redis("HSET", "jobs", bad.key(), "rubbish");
    assertThat(stored(bad.key()).raw()).isEqualTo("rubbish".getBytes(StandardCharsets.UTF_8));
    assertThat(engine.control().list(queue, JobState.READY, null, 10).items()).hasSize(1);
    assertThat(engine.control().stats(queue).ready()).isEqualTo(1);
  }

  @Test
  void a_job_without_its_body_ends_dead_as_missing() {
    NewJob bad = enqueued();
    NewJob good = enqueued();
    redis("HDEL", "jobs", bad.key());

    TurnReply reply = turn(10);

    assertThat(keysOf(reply)).containsExactly(good.key());
    assertThat(reply.corrupt()).isEqualTo(1);
    assertThat(stored(bad.key()).state()).isEqualTo(JobState.DEAD);
    assertThat(stored(bad.key()).reason()).isEqualTo(StateReason.MISSING);
    assertThat(engine.control().redrive(queue, bad.key())).isEqualTo(ActReply.MISSING);
    assertThat(stored(bad.key()).state()).isEqualTo(JobState.DEAD);
    harness.verify(queue);
    assertThat(engine.control().deleteDead(queue, bad.key())).isEqualTo(ActReply.DONE);
  }

  @Test
  void a_job_that_lost_its_body_between_attempts_keeps_its_history() {
    NewJob job = enqueued();
    Claim claim = turn(1).claims().get(0);
    turn(
        0,
        new Settlement(
            claim.held(),
            new Outcome.Retry(Duration.ZERO, StateReason.RETRY, new byte[] {'{', '}'})));
    redis("HDEL", "jobs", job.key());
    assertThat(turn(1).corrupt()).isEqualTo(1);
    StoredJob dead = stored(job.key());
    assertThat(dead.reason()).isEqualTo(StateReason.MISSING);
    assertThat(dead.attempts()).hasSize(1);
    assertThat(dead.counters().failures()).isEqualTo(1);
    assertThat(dead.type()).isEqualTo("test.job");
  }

  @Test
  void an_entry_of_a_lane_that_is_no_job_key_is_dropped() {
    NewJob first = enqueued();
    redis("RPUSH", "ready:normal", "garbage", "", "ÄÖÜ", "01j9zq4k7mx3v5t8b2n6c1d0ef", "*");
    NewJob second = enqueued();
    assertThat(keysOf(turn(10))).containsExactly(first.key(), second.key());
    assertThat(redis("LLEN", "ready:normal")).isEqualTo(0L);
    assertThat(engine.control().stats(queue).dead()).isZero();
    harness.verify(queue);
  }

  @Test
  void an_entry_of_a_lane_that_is_nobodys_key_is_reported_as_missing() {
    redis("RPUSH", "ready:normal", "01J9ZQ4K7MX3V5T8B2N6C1D0EF");
    assertThat(turn(10).corrupt()).isEqualTo(1);
    assertThat(stored("01J9ZQ4K7MX3V5T8B2N6C1D0EF").reason()).isEqualTo(StateReason.MISSING);
  }

  @Test
  void garbage_in_due_and_leases_goes_away_and_the_queue_goes_on() {
    redis("ZADD", "due", "0", "garbage", "0", "", "0", "n");
    redis("ZADD", "leases", "0", "garbage");
    NewJob job = enqueued();
    assertThat(keysOf(turn(10))).containsExactly(job.key());
    engine.upkeep().reap(EngineCalls.reapOrder(queue));
    assertThat(redis("ZCARD", "due")).isEqualTo(0L);
    assertThat(redis("ZCARD", "leases")).isEqualTo(1L);
    harness.verify(queue);
  }

  @Test
  void a_ready_job_whose_record_cannot_be_read_is_taken_as_new() {
    NewJob job = enqueued();
    redis("HSET", "track", job.key(), "rubbish");
    assertThat(stored(job.key()).state()).isEqualTo(JobState.READY);
    assertThat(keysOf(turn(1))).containsExactly(job.key());
  }

  private static final String NINES = "9".repeat(30);

  /** Records that are none: a number too large, a lane or a state nobody knows, no token. */
  static Stream<String> badRecords() {
    String tail = "\t\t\t\t\t\t\ttest.job";
    return Stream.of(
        "rubbish",
        "q\tn\tRELEASED\t" + NINES + "\t0\t1\t0\t0\t0" + tail,
        "q\tn\tRELEASED\t1\t" + NINES + "\t1\t0\t0\t0" + tail,
        "q\tn\tRELEASED\t1\t0\t3000000000\t0\t0\t0" + tail,
        "q\tx\tRELEASED\t1\t0\t1\t0\t0\t0" + tail,
        "x\tn\tRELEASED\t1\t0\t1\t0\t0\t0" + tail,
        "q\tn\tRELEASED\t1\t0\t1\t0\t0\t0\t\t\t\t" + NINES + "\t\ttest.job",
        "q\tn\tRELEASED\t1\t0\t1\t0\t0\t0\trubbish\t\t\t\t\ttest.job");
  }

  @ParameterizedTest
  @MethodSource("badRecords")
  void a_ready_job_whose_record_cannot_be_read_is_handed_out_with_its_turn(String record) {
    NewJob bad = enqueued();
    NewJob good = enqueued();
    redis("HSET", "track", bad.key(), record);

    TurnReply reply = turn(10);

    assertThat(keysOf(reply)).containsExactly(bad.key(), good.key());
    assertThat(reply.claims().get(0).counters().claims()).isEqualTo(1);
    assertThat(
            turn(
                    0,
                    EngineCalls.succeeded(reply.claims().get(0).held()),
                    EngineCalls.succeeded(reply.claims().get(1).held()))
                .settled())
        .containsOnly(Settled.DONE);
    harness.verify(queue);
  }

  @ParameterizedTest
  @MethodSource("badRecords")
  void a_job_whose_record_is_spoilt_while_it_runs_is_not_lost(String record) {
    NewJob bad = enqueued();
    NewJob good = enqueued();
    List<Claim> claims = turn(2).claims();
    redis("HSET", "track", bad.key(), record);

    assertThat(
            turn(
                    0,
                    EngineCalls.succeeded(claims.get(0).held()),
                    EngineCalls.succeeded(claims.get(1).held()))
                .settled())
        .containsExactly(Settled.GONE, Settled.DONE);
    harness.advance(EngineCalls.LEASE);
    assertThat(engine.upkeep().reap(EngineCalls.reapOrder(queue)).returned()).isEqualTo(1);
    assertThat(stored(bad.key()).counters().crashes()).isEqualTo(1);
    assertThat(keysOf(turn(10))).containsExactly(bad.key());
    assertThat(stored(good.key()).state()).isEqualTo(JobState.SUCCEEDED);
    harness.verify(queue);
  }

  @Test
  void a_claim_that_cannot_be_read_after_a_lost_answer_leaves_the_others_to_be_handled() {
    NewJob bad = enqueued();
    NewJob good = enqueued();
    turn(2);
    redis("HSET", "jobs", bad.key(), "rubbish");

    TurnReply again =
        engine
            .claiming()
            .turn(
                new Turn(
                    queue,
                    "w1",
                    turns,
                    true,
                    List.of(),
                    List.of(),
                    2,
                    true,
                    EngineCalls.LEASE,
                    Duration.ZERO,
                    Retention.STANDARD));
    assertThat(keysOf(again)).containsExactly(good.key());

    turn(0, EngineCalls.succeeded(again.claims().get(0).held()));
    harness.advance(EngineCalls.LEASE);
    engine.upkeep().reap(EngineCalls.reapOrder(queue));
    assertThat(turn(10).corrupt()).isEqualTo(1);
    assertThat(stored(bad.key()).reason()).isEqualTo(StateReason.MALFORMED);
    harness.verify(queue);
  }

  @Test
  void an_entry_twice_in_a_lane_is_claimed_once() {
    NewJob job = enqueued();
    redis("RPUSH", "ready:normal", job.key(), job.key());
    assertThat(keysOf(turn(10))).containsExactly(job.key());
    assertThat(keysOf(turn(10))).isEmpty();
    harness.verify(queue);
  }

  // A key of the wrong type.

  /** What the keys of the queue hold, by name. */
  private Map<String, Object> dump() {
    Map<String, Object> all = new TreeMap<>();
    for (String key :
        StoredQueue.strings(harness.redis().command("KEYS", harness.key(queue, "*")))) {
      String type = harness.redis().text("TYPE", key);
      all.put(
          key,
          switch (type) {
            case "string" -> harness.redis().text("GET", key);
            case "list" -> harness.redis().command("LRANGE", key, "0", "-1");
            case "hash" -> harness.redis().command("HGETALL", key);
            case "zset" -> harness.redis().command("ZRANGE", key, "0", "-1", "WITHSCORES");
            default -> type;
          });
    }
    return all;
  }

  private record Populated(
      String ready, String later, String dead, String done, String run, Held held) {}

  /** A queue with a job in each state, and maybe a suspended run and an end that is untold. */
  private Populated populate(boolean withRuns) {
    queue = harness.freshQueue();
    turns = 0;
    engine.claiming().open(queue);
    NewJob dead = enqueued();
    NewJob done = enqueued();
    NewJob held = enqueued();
    List<Claim> claims = turn(3).claims();
    turn(
        0,
        new Settlement(
            claims.get(0).held(), new Outcome.Buried(StateReason.BURIED, new byte[] {'{', '}'})),
        EngineCalls.succeeded(claims.get(1).held()));
    NewJob ready = enqueued();
    NewJob cancelled = enqueued();
    engine.control().cancel(queue, cancelled.key(), Retention.STANDARD);
    NewJob later = EngineCalls.delayed(Duration.ofMinutes(1));
    EngineCalls.enqueue(engine, queue, later);
    assertThat(claims.get(2).held().key()).isEqualTo(held.key());
    Ticking.NextTick now = new Ticking.NextTick(harness.now(), harness.now());
    assertThat(engine.ticking().write(queue, change(null, now))).isTrue();
    daily = engine.ticking().find(queue, List.of("daily")).schedules().get(0).schedule();
    String run = withRuns ? suspendedRun() : ready.key();
    return new Populated(
        ready.key(), later.key(), dead.key(), done.key(), run, claims.get(2).held());
  }

  private Populated populate() {
    return populate(false);
  }

  /** It listens, has a parent, and has written something; its sister has ended. */
  private String suspendedRun() {
    List<NewJob> two = List.of(tied(), tied());
    EngineCalls.enqueue(engine, queue, two.get(0), two.get(1));
    Append written = new Append(0, List.of(new byte[] {'x'}), List.of("written"));
    for (Claim claim : turn(10).claims()) {
      Outcome outcome =
          claim.held().key().equals(two.get(0).key())
              ? new Outcome.Suspended(written, null, null, 1, false)
              : claim.held().key().equals(two.get(1).key())
                  ? new Outcome.Succeeded(new byte[] {'1'})
                  : new Outcome.Released();
      turn(0, new Settlement(claim.held(), outcome));
    }
    assertThat(stored(two.get(0).key()).state()).isEqualTo(JobState.WAITING);
    return two.get(0).key();
  }

  private static NewJob tied() {
    NewJob job = EngineCalls.job();
    return new NewJob(
        job.key(),
        job.type(),
        Priority.LOW,
        job.start(),
        null,
        null,
        null,
        1,
        new NewJob.Ties(List.of("started"), "flows~0~" + job.key(), false),
        false,
        job.envelope());
  }

  private static Ticking.Change change(@Nullable StoredSchedule expected, Ticking.NextTick next) {
    return new Ticking.Change(
        "daily", expected, EngineCalls.job().key(), "", false, next, new byte[] {'x'});
  }

  private Map<String, Runnable> operations(Populated jobs) {
    Control control = engine.control();
    Map<String, Runnable> all = new LinkedHashMap<>();
    all.put("open", () -> engine.claiming().open(queue));
    all.put("enqueue", this::enqueued);
    all.put("enqueue tied", () -> EngineCalls.enqueue(engine, queue, tied()));
    all.put(
        "enqueue named",
        () -> {
          NewJob job = EngineCalls.job();
          EngineCalls.enqueue(
              engine,
              queue,
              new NewJob(
                  job.key(),
                  job.type(),
                  job.priority(),
                  new NewJob.Start(Duration.ofSeconds(5), null),
                  new NewJob.Idempotency("name", Duration.ofHours(1)),
                  true,
                  job.envelope()));
        });
    all.put("claim", () -> turn(5));
    all.put("succeed", () -> turn(5, EngineCalls.succeeded(jobs.held())));
    all.put(
        "fail",
        () ->
            turn(
                5,
                new Settlement(
                    jobs.held(),
                    new Outcome.Retry(Duration.ofSeconds(1), StateReason.RETRY, new byte[1]))));
    all.put("release", () -> turn(5, new Settlement(jobs.held(), new Outcome.Released())));
    all.put(
        "extend", () -> engine.claiming().extend(queue, EngineCalls.LEASE, List.of(jobs.held())));
    all.put(
        "note",
        () ->
            EngineCalls.await(
                engine
                    .claiming()
                    .note(queue, jobs.held(), new Note(new byte[] {'1'}, null, null))));
    all.put(
        "reap",
        () -> {
          harness.advance(EngineCalls.LEASE);
          assertThat(engine.upkeep().reap(EngineCalls.reapOrder(queue)).returned()).isEqualTo(1);
        });
    all.put("tidy", () -> engine.upkeep().tidy(EngineCalls.reapOrder(queue), "w1"));
    all.put("cancel ready", () -> control.cancel(queue, jobs.ready(), Retention.STANDARD));
    all.put("cancel later", () -> control.cancel(queue, jobs.later(), Retention.STANDARD));
    all.put("cancel active", () -> control.cancel(queue, jobs.held().key(), Retention.STANDARD));
    all.put("redrive", () -> control.redrive(queue, jobs.dead()));
    all.put("run now", () -> control.runNow(queue, jobs.later()));
    all.put(
        "reschedule",
        () -> control.reschedule(queue, jobs.ready(), Instant.ofEpochMilli(1L << 42)));
    all.put("prioritize", () -> control.prioritize(queue, jobs.ready(), Priority.LOW));
    all.put("delete ready", () -> control.delete(queue, jobs.ready()));
    all.put("delete later", () -> control.delete(queue, jobs.later()));
    all.put("delete dead", () -> control.deleteDead(queue, jobs.dead()));
    all.put("delete done", () -> control.delete(queue, jobs.done()));
    all.put("purge", () -> control.purge(queue));
    all.put("pause", () -> control.pause(queue, true));
    all.put("resume", () -> control.pause(queue, false));
    all.put("leave", () -> engine.claiming().leave(queue, "w1"));
    StoredSchedule schedule = daily;
    all.put(
        "write schedule",
        () -> engine.ticking().write(queue, change(schedule, Ticking.NextTick.NONE)));
    all.put("drop schedule", () -> engine.ticking().remove(queue, "daily", schedule.revision()));
    all.put("list schedules", () -> engine.ticking().list(queue, null, 10));
    all.put("due", () -> engine.ticking().due(queue, 10, Duration.ofSeconds(2)));
    all.put(
        "fire",
        () ->
            engine
                .ticking()
                .fire(
                    queue,
                    1_000,
                    List.of(
                        new Ticking.Firing(
                            "daily",
                            schedule.revision(),
                            Ticking.Kind.TICK,
                            schedule.next(),
                            schedule.next(),
                            Ticking.WhileRunning.SKIP,
                            0,
                            Ticking.NextTick.NONE,
                            EngineCalls.job()))));
    Runs runs = engine.runs();
    byte[] text = {'x'};
    all.put(
        "append",
        () ->
            EngineCalls.await(
                runs.append(
                    queue,
                    jobs.held(),
                    EngineCalls.LEASE,
                    new Append(0, List.of(text), List.of("subject")))));
    all.put(
        "suspend",
        () ->
            turn(
                5,
                new Settlement(
                    jobs.held(),
                    new Outcome.Suspended(
                        new Append(0, List.of(text), List.of("subject")), null, null, 2, false))));
    all.put("deliver", () -> runs.deliver(queue, jobs.later(), "message", text));
    all.put("spread", () -> runs.spread(queue, "written", "message", text, null));
    all.put("fork", () -> runs.fork(queue, jobs.ready(), EngineCalls.job().key(), 0));
    all.put("read journal", () -> runs.read(queue, jobs.run()));
    all.put("ended", () -> runs.ended(queue));
    Runs.Ended ended = new Runs.Ended("p", jobs.done(), 1, JobState.SUCCEEDED, "COMPLETED", text);
    all.put("told", () -> runs.told(queue, List.of(ended)));
    all.put("cancel run", () -> control.cancel(queue, jobs.run(), Retention.STANDARD));
    all.put("delete run", () -> control.delete(queue, jobs.run()));
    all.put("wake run", () -> runs.deliver(queue, jobs.run(), "message", text));
    all.put("find", () -> control.find(queue, jobs.ready()));
    all.put("stats", () -> control.stats(queue));
    for (JobState state : JobState.values()) {
      all.put("list " + state, () -> control.list(queue, state, null, 10));
    }
    return all;
  }

  private static String suffix(RedisKeys.Key key) {
    return key == RedisKeys.Key.ACTIVE
        ? "active:w1"
        : new String(new RedisKeys("n", QueueRef.of("q")).of(key), StandardCharsets.UTF_8)
            .substring("n:{q}:".length());
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"LOCK", "QUEUES", "TOPICS"})
  void an_operation_on_a_key_of_the_wrong_type_is_refused_with_nothing_written(RedisKeys.Key key) {
    for (String name : operations(populate()).keySet()) {
      refusesOrWorks(name, key, false);
      refusesOrWorks(name, key, true);
    }
  }

  private void refusesOrWorks(String name, RedisKeys.Key key, boolean withRuns) {
    Populated jobs = populate(withRuns);
    Runnable operation = operations(jobs).get(name);
    String broken = suffix(key);
    redis("DEL", broken);
    redis("SET", broken, "not ours");
    Map<String, Object> before = dump();
    try {
      operation.run();
    } catch (QueueCorruptException e) {
      assertThat(e.queue()).isEqualTo(queue.name());
      Map<String, Object> after = dump();
      if (name.equals("tidy") && key == RedisKeys.Key.ACTIVE) {
        // Its consumer goes to the end of the line.
        String line = harness.key(queue, "workers");
        after.remove(line);
        before.remove(line);
      }
      assertThat(after).as(name + " with a wrong " + broken).isEqualTo(before);
    } catch (RuntimeException e) {
      throw new AssertionError(name + " with a wrong " + broken + " failed otherwise", e);
    }
    assertThat(redis("GET", broken)).isEqualTo("not ours");
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"LOCK", "QUEUES", "TOPICS"})
  void opening_a_queue_with_a_key_of_the_wrong_type_names_the_key(RedisKeys.Key key) {
    redis("DEL", suffix(key));
    redis("SET", suffix(key), "not ours");
    if (key != RedisKeys.Key.ACTIVE) {
      assertThatThrownBy(() -> engine.claiming().open(queue))
          .isInstanceOf(QueueCorruptException.class)
          .hasMessageContaining(harness.key(queue, suffix(key)))
          .hasMessageContaining("string");
    } else {
      engine.claiming().open(queue);
    }
  }

  @Test
  void a_consumer_whose_list_is_none_does_not_keep_others_from_being_tidied() {
    enqueued();
    enqueued();
    EngineCalls.turn(engine, queue, "broken", 1, 1);
    harness.advance(Duration.ofMillis(1));
    EngineCalls.turn(engine, queue, "whole", 1, 1);
    redis("DEL", "active:broken");
    redis("SET", "active:broken", "not ours");

    Upkeep.ReapOrder order = EngineCalls.reapOrder(queue);
    assertThat(engine.upkeep().reap(order).tidyNext()).isEqualTo("broken");
    harness.advance(Duration.ofMillis(1));
    assertThatThrownBy(() -> engine.upkeep().tidy(order, "broken"))
        .isInstanceOf(QueueCorruptException.class)
        .hasMessageContaining("broken")
        .hasMessageContaining("string");
    harness.advance(order.period());
    assertThat(engine.upkeep().reap(order).tidyNext()).isEqualTo("whole");
    assertThat(engine.upkeep().tidy(order, "whole")).isZero();
    harness.advance(order.period());
    assertThat(engine.upkeep().reap(order).tidyNext()).isEqualTo("broken");
  }

  // Acts on a job whose header or record cannot be read.

  private NewJob enqueued(Priority lane, Duration delay) {
    NewJob plain = EngineCalls.job();
    NewJob job =
        new NewJob(
            plain.key(),
            plain.type(),
            lane,
            delay.isZero() ? NewJob.Start.NOW : new NewJob.Start(delay, null),
            null,
            false,
            plain.envelope());
    EngineCalls.enqueue(engine, queue, job);
    return job;
  }

  /** Spoils the header of a job, or its record. */
  private void spoil(NewJob job, boolean header) {
    if (header) {
      redis("HSET", "jobs", job.key(), "rubbish");
    } else {
      redis("HSET", "track", job.key(), "rubbish");
    }
  }

  private void assertCountsAreRight(int ready) {
    assertThat(engine.control().stats(queue).ready()).isEqualTo(ready);
    assertThat(engine.control().list(queue, JobState.READY, null, 100).items()).hasSize(ready);
    harness.verify(queue);
    assertThat(turn(100).claims()).hasSize(ready);
    assertThat(redis("EXISTS", "skip")).isEqualTo(0L);
    assertThat(redis("EXISTS", "due")).isEqualTo(0L);
    assertThat(engine.control().stats(queue).dead()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void a_job_that_cannot_be_read_is_cancelled_and_the_counts_stay_right(Priority lane) {
    for (boolean header : new boolean[] {true, false}) {
      for (Duration delay : List.of(Duration.ZERO, Duration.ofHours(1))) {
        queue = harness.freshQueue();
        turns = 0;
        enqueued(lane, Duration.ZERO);
        NewJob bad = enqueued(lane, delay);
        enqueued(lane, Duration.ZERO);
        spoil(bad, header);

        assertThat(engine.control().cancel(queue, bad.key(), Retention.STANDARD))
            .isEqualTo(ActReply.DONE);

        assertThat(stored(bad.key()).state()).isEqualTo(JobState.CANCELLED);
        assertCountsAreRight(2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_job_that_cannot_be_read_is_deleted_and_the_counts_stay_right(Priority lane) {
    for (boolean header : new boolean[] {true, false}) {
      for (Duration delay : List.of(Duration.ZERO, Duration.ofHours(1))) {
        queue = harness.freshQueue();
        turns = 0;
        enqueued(lane, Duration.ZERO);
        NewJob bad = enqueued(lane, delay);
        enqueued(lane, Duration.ZERO);
        spoil(bad, header);

        assertThat(engine.control().delete(queue, bad.key())).isEqualTo(ActReply.DONE);

        assertThat(engine.control().find(queue, bad.key())).isEmpty();
        assertCountsAreRight(2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_job_that_cannot_be_read_is_not_moved(Priority lane) {
    for (boolean header : new boolean[] {true, false}) {
      NewJob bad = enqueued(lane, Duration.ZERO);
      spoil(bad, header);
      Map<String, Object> before = dump();
      assertThat(engine.control().prioritize(queue, bad.key(), Priority.NORMAL))
          .isEqualTo(ActReply.NOT_APPLICABLE);
      assertThat(engine.control().reschedule(queue, bad.key(), Instant.ofEpochMilli(1L << 42)))
          .isEqualTo(ActReply.NOT_APPLICABLE);
      assertThat(engine.control().runNow(queue, bad.key())).isEqualTo(ActReply.NOT_APPLICABLE);
      assertThat(dump()).isEqualTo(before);
    }
  }

  @Test
  void a_purge_takes_entries_to_ignore_with_it_whatever_their_lane() {
    NewJob bad = enqueued(Priority.LOW, Duration.ZERO);
    spoil(bad, true);
    engine.control().cancel(queue, bad.key(), Retention.STANDARD);
    enqueued(Priority.LOW, Duration.ZERO);

    assertThat(engine.control().purge(queue)).isEqualTo(1);
    assertThat(redis("EXISTS", "skip")).isEqualTo(0L);
    assertThat(redis("EXISTS", "ready:low")).isEqualTo(0L);
    harness.verify(queue);
  }

  @Test
  void a_running_job_whose_record_cannot_be_read_is_neither_deleted_nor_ended() {
    NewJob job = enqueued();
    turn(1);
    spoil(job, false);
    assertThat(engine.control().delete(queue, job.key())).isEqualTo(ActReply.ACTIVE);
    assertThat(engine.control().cancel(queue, job.key(), Retention.STANDARD))
        .isEqualTo(ActReply.REQUESTED);
    harness.advance(EngineCalls.LEASE);
    assertThat(engine.upkeep().reap(EngineCalls.reapOrder(queue)).returned()).isEqualTo(1);
    assertThat(keysOf(turn(1))).containsExactly(job.key());
  }

  // Another layout.

  @Test
  void a_producer_marks_a_new_queue_with_its_layout() {
    queue = harness.freshQueue();
    enqueued();
    assertThat(redis("HGET", "meta", "layout")).isEqualTo("1");
  }

  @Test
  void an_older_library_writes_nothing_into_a_queue_of_a_newer_layout() {
    Set<String> free = Set.of("extend", "note", "leave", "find", "stats", "read journal", "ended");
    for (String name : operations(populate()).keySet()) {
      Runnable operation = operations(populate()).get(name);
      redis("HSET", "meta", "layout", "99");
      if (free.contains(name) || name.startsWith("list")) {
        operation.run();
        continue;
      }
      Map<String, Object> before = dump();
      assertThatThrownBy(operation::run)
          .as(name)
          .isInstanceOfSatisfying(
              QueueCorruptException.class, e -> assertThat(e.queue()).isEqualTo(queue.name()))
          .hasMessageContaining("layout 99")
          .hasMessageContaining("upgrade");
      assertThat(dump()).as(name).isEqualTo(before);
    }
  }

  @Test
  void other_queues_work_beside_a_corrupt_one_and_it_works_again_once_mended() {
    NewJob job = enqueued();
    redis("DEL", "track");
    redis("SET", "track", "not ours");
    assertThatThrownBy(() -> turn(1)).isInstanceOf(QueueCorruptException.class);
    assertThatThrownBy(this::enqueued).isInstanceOf(QueueCorruptException.class);

    QueueRef other = harness.freshQueue();
    NewJob there = EngineCalls.job();
    assertThat(EngineCalls.enqueue(engine, other, there).get(0).verdict())
        .isEqualTo(Verdict.CREATED);
    assertThat(EngineCalls.turn(engine, other, "w1", 1, 1).claims()).hasSize(1);

    redis("DEL", "track");
    turns = 100;
    assertThat(keysOf(turn(1))).containsExactly(job.key());
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "99", "0", "", "x"})
  void a_queue_of_an_unknown_layout_is_refused(String layout) {
    redis("HSET", "meta", "layout", layout);
    Map<String, Object> before = dump();
    assertThatThrownBy(() -> engine.claiming().open(queue))
        .isInstanceOf(QueueCorruptException.class)
        .hasMessageContaining("layout " + layout);
    assertThat(dump()).isEqualTo(before);
  }
}
