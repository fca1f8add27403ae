package dev.holdfast.testkit;

import dev.holdfast.spi.Append;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Writes, sends, reads and tells again until that is answered: all of it is safe to repeat. */
record RepeatingRuns(Runs runs) implements Runs {
  @Override
  public Journal read(QueueRef queue, String key) {
    return Repeating.call(() -> runs.read(queue, key));
  }

  @Override
  public CompletableFuture<AppendReply> append(
      QueueRef queue, Held held, Duration lease, Append append) {
    return Repeating.later(() -> runs.append(queue, held, lease, append));
  }

  @Override
  public Delivery deliver(QueueRef queue, String key, String id, byte[] bytes) {
    return Repeating.call(() -> runs.deliver(queue, key, id, bytes));
  }

  @Override
  public @Nullable String spread(
      QueueRef queue, String subject, String id, byte[] bytes, @Nullable String after) {
    return Repeating.call(() -> Optional.ofNullable(runs.spread(queue, subject, id, bytes, after)))
        .orElse(null);
  }

  @Override
  public List<Ended> ended(QueueRef queue) {
    return Repeating.call(() -> runs.ended(queue));
  }

  @Override
  public void told(QueueRef queue, List<Ended> ended) {
    Repeating.run(() -> runs.told(queue, ended));
  }

  @Override
  public ForkReply fork(QueueRef queue, String key, String copy, int entries) {
    return Repeating.call(() -> runs.fork(queue, key, copy, entries));
  }
}
