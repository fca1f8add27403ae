package dev.holdfast.testkit;

import dev.holdfast.job.JobId;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Runs as a worker sees them that may die: then it writes, sends and tells nothing any more. What a
 * run would write is refused, as if its claim stood no longer, so that it does not go on to its
 * next step.
 */
final class MortalRuns implements Runs {
  private static final AppendReply REFUSED = new AppendReply(false, Instant.EPOCH, 0, false);

  private final Engine engine;
  private final WorkerSide side;

  MortalRuns(Engine engine, WorkerSide side) {
    this.engine = engine;
    this.side = side;
  }

  @Override
  public Journal read(QueueRef queue, String key) {
    return engine.runs().read(queue, key);
  }

  @Override
  public CompletableFuture<AppendReply> append(
      QueueRef queue, Held held, Duration lease, Append append) {
    return side.unlessDead(
        () ->
            engine
                .runs()
                .append(queue, held, lease, append)
                .thenApply(reply -> survived(reply, queue.id(held.key()))),
        CompletableFuture.completedFuture(REFUSED));
  }

  private AppendReply survived(AppendReply reply, JobId run) {
    boolean dies =
        reply.standing() && (side.reached(CrashPoint.APPEND, run) || side.diesOfOutcome(run));
    return dies || side.dead() ? REFUSED : reply;
  }

  @Override
  public Delivery deliver(QueueRef queue, String key, String id, byte[] bytes) {
    return side.dead() ? Delivery.DELIVERED : engine.runs().deliver(queue, key, id, bytes);
  }

  @Override
  public @Nullable String spread(
      QueueRef queue, String subject, String id, byte[] bytes, @Nullable String after) {
    return side.dead() ? null : engine.runs().spread(queue, subject, id, bytes, after);
  }

  @Override
  public List<Ended> ended(QueueRef queue) {
    return side.dead() ? List.of() : engine.runs().ended(queue);
  }

  @Override
  public void told(QueueRef queue, List<Ended> ended) {
    if (!side.dead()) {
      engine.runs().told(queue, ended);
    }
  }

  @Override
  public ForkReply fork(QueueRef queue, String key, String copy, int entries) {
    return side.dead() ? ForkReply.DONE : engine.runs().fork(queue, key, copy, entries);
  }
}
