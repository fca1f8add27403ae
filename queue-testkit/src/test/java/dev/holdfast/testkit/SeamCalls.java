package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.LockHolder;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Ticking;
import dev.holdfast.spi.Topics.Subscriber;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.Upkeep.ReapOrder;
import dev.holdfast.testkit.FaultyEngine.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Each call of the engine seam, made once with harmless arguments. */
final class SeamCalls {
  private static final QueueRef QUEUE = QueueRef.of("mail");
  private static final String KEY = "01J9ZQ4K7MX3V5T8B2N6C1D0EF";
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Held HELD = new Held(KEY, new ClaimToken(1, "0123456789abcdef"));

  private SeamCalls() {}

  static Map<Call, Runnable> all(FaultyEngine engine) {
    Map<Call, Runnable> calls = new EnumMap<>(Call.class);
    ReapOrder order = new ReapOrder(QUEUE, SECOND, SECOND, SECOND, SECOND, 3, Retention.STANDARD);
    calls.put(Call.ENQUEUE, () -> enqueue(engine));
    calls.put(Call.OPEN, () -> engine.claiming().open(QUEUE));
    calls.put(Call.TURN, () -> engine.claiming().turn(turn()));
    calls.put(Call.EXTEND, () -> engine.claiming().extend(QUEUE, SECOND, List.of(HELD)));
    calls.put(Call.NOTE, () -> join(engine.claiming().note(QUEUE, HELD, note())));
    calls.put(Call.LEAVE, () -> engine.claiming().leave(QUEUE, "w1"));
    calls.put(Call.ON_CANCEL, () -> engine.claiming().onCancel(QUEUE, key -> {}));
    calls.put(Call.OPEN_BELLS, () -> engine.openBells("w1"));
    calls.put(Call.AWAIT, () -> bells(engine).await(Set.of(QUEUE), Duration.ZERO));
    calls.put(Call.RING, () -> bells(engine).ring(QUEUE));
    calls.put(Call.REAP, () -> engine.upkeep().reap(order));
    calls.put(Call.TIDY, () -> engine.upkeep().tidy(order, "w1"));
    calls.put(Call.FIND, () -> engine.control().find(QUEUE, KEY));
    calls.put(Call.LIST, () -> engine.control().list(QUEUE, JobState.READY, null, 10));
    calls.put(Call.STATS, () -> engine.control().stats(QUEUE));
    calls.put(Call.CANCEL, () -> engine.control().cancel(QUEUE, KEY, Retention.STANDARD));
    calls.put(Call.REDRIVE, () -> engine.control().redrive(QUEUE, KEY));
    calls.put(Call.RESCHEDULE, () -> engine.control().reschedule(QUEUE, KEY, Instant.EPOCH));
    calls.put(Call.RUN_NOW, () -> engine.control().runNow(QUEUE, KEY));
    calls.put(Call.PRIORITIZE, () -> engine.control().prioritize(QUEUE, KEY, Priority.HIGH));
    calls.put(Call.DELETE, () -> engine.control().delete(QUEUE, KEY));
    calls.put(Call.DELETE_DEAD, () -> engine.control().deleteDead(QUEUE, KEY));
    calls.put(Call.PURGE, () -> engine.control().purge(QUEUE));
    calls.put(Call.PAUSE, () -> engine.control().pause(QUEUE, false));
    calls.put(Call.CHANGE_BOUND, () -> engine.control().changeBound(QUEUE, 10L));
    calls.put(
        Call.LIMIT, () -> engine.control().limit(QUEUE, LimitScope.queue(), Limit.concurrency(9)));
    calls.put(Call.PAUSE_TYPE, () -> engine.control().pauseType(QUEUE, "t", false));
    calls.put(Call.LIMITS, () -> engine.control().limits(QUEUE));
    calls.put(Call.BOUND, () -> engine.control().bound(QUEUE));
    calls.put(Call.ENLIST, () -> engine.ticking().enlist(QUEUE));
    calls.put(Call.FIND_SCHEDULES, () -> engine.ticking().list(QUEUE, null, 10));
    calls.put(
        Call.WRITE_SCHEDULE,
        () ->
            engine
                .ticking()
                .write(
                    QUEUE,
                    new Ticking.Change(
                        "daily", null, KEY, "", false, Ticking.NextTick.NONE, new byte[] {'x'})));
    calls.put(Call.DROP_SCHEDULE, () -> engine.ticking().remove(QUEUE, "daily", KEY));
    calls.put(Call.DUE_TICKS, () -> engine.ticking().due(QUEUE, 10, SECOND));
    calls.put(Call.FIRE, () -> engine.ticking().fire(QUEUE, 10, List.of()));
    calls.put(Call.READ_RUN, () -> engine.runs().read(QUEUE, KEY));
    calls.put(
        Call.APPEND, () -> join(engine.runs().append(QUEUE, HELD, SECOND, Append.nothing(0))));
    calls.put(Call.DELIVER, () -> engine.runs().deliver(QUEUE, KEY, "m", new byte[0]));
    calls.put(Call.SPREAD, () -> engine.runs().spread(QUEUE, "s", "m", new byte[0], null));
    calls.put(Call.ENDED, () -> engine.runs().ended(QUEUE));
    calls.put(Call.TOLD, () -> engine.runs().told(QUEUE, List.of()));
    calls.put(Call.FORK, () -> engine.runs().fork(QUEUE, KEY, KEY, 0));
    calls.put(Call.SUBSCRIBE, () -> engine.topics().subscribe("e", new Subscriber("s", "")));
    calls.put(Call.UNSUBSCRIBE, () -> engine.topics().unsubscribe("e", "s"));
    calls.put(Call.SUBSCRIBERS, () -> engine.topics().subscribers("e"));
    LockHolder holder = new LockHolder("report", "me");
    calls.put(Call.LOCK, () -> join(engine.locks().lock(holder, SECOND, SECOND)));
    calls.put(Call.EXTEND_LOCK, () -> join(engine.locks().extend(holder, 1, SECOND, SECOND)));
    calls.put(Call.UNLOCK, () -> join(engine.locks().unlock(holder, 1L, SECOND)));
    return calls;
  }

  /** Bells opened in peace: the opening is another call. */
  private static Bells bells(FaultyEngine engine) {
    engine.calm(true);
    try {
      return engine.openBells("w1");
    } finally {
      engine.calm(false);
    }
  }

  private static void enqueue(Engine engine) {
    NewJob job = new NewJob(KEY, "t", Priority.NORMAL, NewJob.Start.NOW, null, false, new byte[0]);
    join(engine.intake().enqueue(QUEUE, List.of(job), 10, SECOND).get(0));
  }

  private static void join(CompletableFuture<?> future) {
    try {
      future.join();
    } catch (CompletionException e) {
      throw (RuntimeException) e.getCause();
    }
  }

  private static Note note() {
    return new Note(null, new byte[] {'x'}, null);
  }

  private static Turn turn() {
    return new Turn(
        QUEUE, "w1", 1, false, List.of(), List.of(), 1, false, SECOND, SECOND, Retention.STANDARD);
  }
}
