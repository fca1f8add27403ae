package dev.holdfast.testkit;

import dev.holdfast.spi.Append;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs;
import dev.holdfast.testkit.FaultyEngine.Call;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Journals and messages of which some calls go wrong. */
final class FaultyRuns implements Runs {
  private final Engine engine;
  private final FaultDice dice;

  /** Creates it around what an engine has once it is asked: not every engine keeps runs. */
  FaultyRuns(Engine engine, FaultDice dice) {
    this.engine = engine;
    this.dice = dice;
  }

  private static String of(QueueRef queue, String key) {
    return " of job " + queue.id(key);
  }

  private static String on(QueueRef queue) {
    return " on queue " + queue.name();
  }

  @Override
  public Journal read(QueueRef queue, String key) {
    return dice.call(Call.READ_RUN, of(queue, key), () -> engine.runs().read(queue, key));
  }

  @Override
  public CompletableFuture<AppendReply> append(
      QueueRef queue, Held held, Duration lease, Append append) {
    return dice.later(
        Call.APPEND, of(queue, held.key()), () -> engine.runs().append(queue, held, lease, append));
  }

  @Override
  public Delivery deliver(QueueRef queue, String key, String id, byte[] bytes) {
    return dice.call(
        Call.DELIVER, of(queue, key), () -> engine.runs().deliver(queue, key, id, bytes));
  }

  @Override
  public @Nullable String spread(
      QueueRef queue, String subject, String id, byte[] bytes, @Nullable String after) {
    return dice.call(
            Call.SPREAD,
            on(queue),
            () -> Optional.ofNullable(engine.runs().spread(queue, subject, id, bytes, after)))
        .orElse(null);
  }

  @Override
  public List<Ended> ended(QueueRef queue) {
    return dice.call(Call.ENDED, on(queue), () -> engine.runs().ended(queue));
  }

  @Override
  public void told(QueueRef queue, List<Ended> ended) {
    Boolean unused =
        dice.call(
            Call.TOLD,
            on(queue),
            () -> {
              engine.runs().told(queue, ended);
              return true;
            });
  }

  @Override
  public ForkReply fork(QueueRef queue, String key, String copy, int entries) {
    return dice.call(
        Call.FORK, of(queue, key), () -> engine.runs().fork(queue, key, copy, entries));
  }
}
