package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.LockHolder;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.Ticking;
import dev.holdfast.spi.Topics;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.Upkeep;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The Java callers of scripts, heard by a server that only listens. */
final class ScriptCallersTest {
  private static final String KEY = "01J9ZQ4K7MX3V5T8B2N6C1D0EF";
  private static final String OTHER = "01J9ZQ4K7MX3V5T8B2N6C1D0EG";
  private static final QueueRef MAIL = QueueRef.of("mail");

  @Test
  void pass_as_many_arguments_as_the_headers_say() throws Exception {
    Set<Script> heard = EnumSet.noneOf(Script.class);
    try (RecordingRedis redis = new RecordingRedis()) {
      RedisOptions options = RedisOptions.builder(redis.uri()).build();
      ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
      RedisConnections connections = new RedisConnections(options);
      try {
        Shared shared = new Shared(options, connections, () -> "");
        for (Expected expected : all(redis, shared, timer)) {
          expected.run().run();
          RecordingRedis.Call call = redis.next();
          assertThat(call.script()).isEqualTo(expected.script());
          assertThat(call.args()).as("arguments of " + call.script()).hasSize(expected.args());
          assertThat(call.keys())
              .as("keys of " + call.script())
              .hasSize(call.script().keys().size())
              .allMatch(
                  key ->
                      key.startsWith("hf:{mail}:")
                          || key.equals("hf:{lock:mail}")
                          || key.equals("hf:{schedules}")
                          || key.equals("hf:{topics}"));
          heard.add(call.script());
        }
      } finally {
        connections.close();
        timer.shutdownNow();
      }
    }
    assertThat(heard).isEqualTo(EnumSet.allOf(Script.class));
  }

  private record Expected(Script script, int args, Runnable run) {}

  private static List<Expected> all(
      RecordingRedis redis, Shared shared, ScheduledExecutorService timer) {
    CancelHints hints = new CancelHints(shared);
    RedisClaiming claiming = new RedisClaiming(shared, hints);
    RedisControl control = new RedisControl(shared);
    RedisUpkeep upkeep = new RedisUpkeep(shared);
    RedisIntake intake = new RedisIntake(shared, "producer", timer);
    Held held = new Held(KEY, new ClaimToken(7, "00000000000000ff"));
    Held second = new Held(OTHER, new ClaimToken(8, "00000000000000ff"));
    Upkeep.ReapOrder order =
        new Upkeep.ReapOrder(
            MAIL,
            Duration.ofSeconds(5),
            Duration.ofSeconds(1),
            Duration.ofSeconds(11),
            Duration.ofMinutes(1),
            3,
            Retention.STANDARD);
    Turn turn =
        new Turn(
            MAIL,
            "worker",
            1,
            true,
            List.of(KEY, OTHER),
            List.of(
                new Settlement(held, new Outcome.Succeeded(null)),
                new Settlement(
                    second, new Outcome.Retry(Duration.ZERO, StateReason.RETRY, new byte[] {'{'})),
                new Settlement(held, new Outcome.Buried(StateReason.BURIED, null))),
            3,
            true,
            Duration.ofSeconds(30),
            Duration.ofSeconds(4),
            Retention.STANDARD);
    redis.answer(Script.OPEN, "OPEN");
    redis.answer(Script.ENQUEUE, "DONE", "C", "C");
    redis.answer(Script.TURN, "TURNED", "0", "0", "-1", "0", "0", "0", "DAG", "1", "0");
    redis.answer(Script.EXTEND, "EXTENDED", "GONE");
    redis.answer(Script.NOTE, "WRITTEN");
    redis.answer(Script.REAP, "NOT_YET");
    redis.answer(Script.TIDY, "TIDIED", "0", "0");
    redis.answer(Script.CANCEL, "DONE");
    redis.answer(Script.REDRIVE, "DONE");
    redis.answer(Script.MOVE, "DONE");
    redis.answer(Script.DELETE, "DONE");
    redis.answer(Script.PURGE, "PURGED", "0", "0");
    redis.answer(Script.PAUSE, "DONE");
    redis.answer(Script.BOUND, "BOUND", "");
    redis.answer(Script.LIMIT, "LIMITS");
    redis.answer(Script.LEAVE, "DONE");
    redis.answer(Script.RING, "DONE");
    redis.answer(Script.FIND, "NOT_FOUND");
    redis.answer(Script.LIST, "PAGE", "-1");
    redis.answer(Script.STATS, "STATS", "0", "0", "0", "0", "0", "0", "0", "0", "");
    redis.answer(Script.WRITE_SCHEDULE, "DONE");
    redis.answer(Script.DROP_SCHEDULE, "DONE");
    redis.answer(Script.FIND_SCHEDULES, "FOUND", "0", "0");
    redis.answer(Script.DUE_TICKS, "TICKS", "0", "");
    redis.answer(Script.FIRE, "FIRED", "C" + KEY, "M");
    redis.answer(Script.ENLIST, "QUEUES");
    redis.answer(Script.LOCK, "LOCKED", "7");
    redis.answer(Script.EXTEND_LOCK, "EXTENDED");
    redis.answer(Script.UNLOCK, "UNLOCKED");
    redis.answer(Script.APPEND, "WRITTEN", "0", "0", "0");
    redis.answer(Script.READ_JOURNAL, "JOURNAL", "0", "0");
    redis.answer(Script.DELIVER, "DELIVERED");
    redis.answer(Script.SPREAD, "SPREAD", "");
    redis.answer(Script.ENDED, "ENDS");
    redis.answer(Script.TOLD, "DONE");
    redis.answer(Script.FORK, "DONE");
    redis.answer(Script.TOPIC, "TOPIC", "0", "");
    RedisLocks locks = new RedisLocks(shared);
    LockHolder holder = new LockHolder("mail", "owner");
    Duration lease = Duration.ofSeconds(30);
    List<Expected> all = new ArrayList<>();
    all.add(new Expected(Script.OPEN, fixed(Script.OPEN), () -> claiming.open(MAIL)));
    all.add(
        new Expected(
            Script.ENQUEUE,
            fixed(Script.ENQUEUE) + 2 * group(Script.ENQUEUE, "job"),
            () ->
                intake
                    .enqueue(MAIL, List.of(job(KEY), job(OTHER)), 10, Duration.ofSeconds(3))
                    .forEach(CompletableFuture::join)));
    all.add(
        new Expected(
            Script.TURN,
            fixed(Script.TURN) + 2 + 3 * group(Script.TURN, "outcome"),
            () -> claiming.turn(turn)));
    all.add(
        new Expected(
            Script.EXTEND,
            fixed(Script.EXTEND) + 2 * group(Script.EXTEND, "job"),
            () -> claiming.extend(MAIL, Duration.ofSeconds(30), List.of(held, second))));
    all.add(
        new Expected(
            Script.NOTE,
            fixed(Script.NOTE),
            () -> claiming.note(MAIL, held, new Note(null, null, null)).join()));
    all.add(new Expected(Script.REAP, fixed(Script.REAP), () -> upkeep.reap(order)));
    all.add(new Expected(Script.TIDY, fixed(Script.TIDY), () -> upkeep.tidy(order, "worker")));
    add(all, Script.CANCEL, () -> control.cancel(MAIL, KEY, Retention.STANDARD));
    add(all, Script.REDRIVE, () -> control.redrive(MAIL, KEY));
    add(all, Script.MOVE, () -> control.reschedule(MAIL, KEY, Instant.EPOCH));
    add(all, Script.MOVE, () -> control.runNow(MAIL, KEY));
    add(all, Script.MOVE, () -> control.prioritize(MAIL, KEY, Priority.HIGH));
    add(all, Script.DELETE, () -> control.delete(MAIL, KEY));
    add(all, Script.DELETE, () -> control.deleteDead(MAIL, KEY));
    add(all, Script.PURGE, () -> control.purge(MAIL));
    add(all, Script.PAUSE, () -> control.pause(MAIL, true));
    add(all, Script.BOUND, () -> control.changeBound(MAIL, 7L));
    add(all, Script.BOUND, () -> control.bound(MAIL));
    add(all, Script.LIMIT, () -> control.limit(MAIL, LimitScope.queue(), Limit.concurrency(2)));
    add(all, Script.LIMIT, () -> control.limit(MAIL, LimitScope.key("a"), null));
    add(all, Script.LIMIT, () -> control.pauseType(MAIL, "t", true));
    add(all, Script.LIMIT, () -> control.limits(MAIL));
    add(all, Script.LEAVE, () -> claiming.leave(MAIL, "worker"));
    add(all, Script.RING, () -> shared.connections().openBells(shared, "worker").ring(MAIL));
    add(all, Script.FIND, () -> control.find(MAIL, KEY));
    add(all, Script.LIST, () -> control.list(MAIL, JobState.READY, null, 10));
    add(all, Script.STATS, () -> control.stats(MAIL));
    RedisTicking ticking = new RedisTicking(shared);
    add(
        all,
        Script.WRITE_SCHEDULE,
        () ->
            ticking.write(
                MAIL,
                new Ticking.Change("daily", null, KEY, "", false, Ticking.NextTick.NONE, null)));
    add(all, Script.DROP_SCHEDULE, () -> ticking.remove(MAIL, "daily", KEY));
    add(all, Script.FIND_SCHEDULES, () -> ticking.find(MAIL, List.of("daily", "hourly")));
    add(all, Script.FIND_SCHEDULES, () -> ticking.list(MAIL, null, 10));
    add(all, Script.DUE_TICKS, () -> ticking.due(MAIL, 100, Duration.ofSeconds(2)));
    all.add(
        new Expected(
            Script.FIRE,
            fixed(Script.FIRE) + 2 * group(Script.FIRE, "tick"),
            () -> ticking.fire(MAIL, 10, List.of(firing(job(KEY)), firing(null)))));
    add(all, Script.ENLIST, () -> ticking.enlist(MAIL));
    add(all, Script.ENLIST, ticking::enlisted);
    add(all, Script.LOCK, () -> locks.lock(holder, lease, lease).join());
    add(all, Script.EXTEND_LOCK, () -> locks.extend(holder, 7, lease, lease).join());
    add(all, Script.UNLOCK, () -> locks.unlock(holder, 7L, lease).join());
    RedisRuns runs = new RedisRuns(shared);
    byte[] text = {'{', '}'};
    Append append = new Append(0, List.of(text, text), List.of("subject"));
    add(all, Script.APPEND, () -> runs.append(MAIL, held, lease, append).join());
    add(all, Script.READ_JOURNAL, () -> runs.read(MAIL, KEY));
    add(all, Script.DELIVER, () -> runs.deliver(MAIL, KEY, "m", text));
    add(all, Script.SPREAD, () -> runs.spread(MAIL, "subject", "m", text, null));
    add(all, Script.ENDED, () -> runs.ended(MAIL));
    Runs.Ended ended = new Runs.Ended("p", KEY, 1, JobState.SUCCEEDED, "COMPLETED", null);
    all.add(
        new Expected(
            Script.TOLD,
            fixed(Script.TOLD) + 2 * group(Script.TOLD, "end"),
            () -> runs.told(MAIL, List.of(ended, ended))));
    add(all, Script.FORK, () -> runs.fork(MAIL, KEY, OTHER, 1));
    RedisTopics topics = new RedisTopics(shared);
    add(all, Script.TOPIC, () -> topics.subscribe("event", new Topics.Subscriber("a", "b")));
    add(all, Script.TOPIC, () -> topics.unsubscribe("event", "a"));
    add(all, Script.TOPIC, () -> topics.subscribers("event"));
    return all;
  }

  private static void add(List<Expected> all, Script script, Runnable run) {
    all.add(new Expected(script, fixed(script), run));
  }

  private static int fixed(Script script) {
    return ScriptHeader.of(script).fixedArgs();
  }

  private static int group(Script script, String of) {
    return ScriptHeader.of(script).groups().get(of);
  }

  private static Ticking.Firing firing(@Nullable NewJob job) {
    return new Ticking.Firing(
        "daily",
        KEY,
        Ticking.Kind.TICK,
        Instant.EPOCH,
        job == null ? null : Instant.EPOCH,
        Ticking.WhileRunning.SKIP,
        0,
        Ticking.NextTick.NONE,
        job);
  }

  private static NewJob job(String key) {
    return new NewJob(
        key, "t", Priority.NORMAL, NewJob.Start.NOW, null, false, new byte[] {'{', '}'});
  }
}
