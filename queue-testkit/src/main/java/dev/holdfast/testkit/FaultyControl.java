package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueStats;
import dev.holdfast.job.Retention;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.testkit.FaultyEngine.Call;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks and acts of which some go wrong. */
final class FaultyControl implements Control {
  private final Control control;
  private final FaultDice dice;

  FaultyControl(Control control, FaultDice dice) {
    this.control = control;
    this.dice = dice;
  }

  private static String of(QueueRef queue, String key) {
    return " of job " + queue.id(key);
  }

  private static String on(QueueRef queue) {
    return " on queue " + queue.name();
  }

  @Override
  public Optional<StoredJob> find(QueueRef queue, String key) {
    return dice.call(Call.FIND, of(queue, key), () -> control.find(queue, key));
  }

  @Override
  public Page<StoredJob> list(QueueRef queue, JobState state, @Nullable String cursor, int size) {
    return dice.call(Call.LIST, on(queue), () -> control.list(queue, state, cursor, size));
  }

  @Override
  public QueueStats stats(QueueRef queue) {
    return dice.call(Call.STATS, on(queue), () -> control.stats(queue));
  }

  @Override
  public ActReply cancel(QueueRef queue, String key, Retention retention) {
    return dice.call(Call.CANCEL, of(queue, key), () -> control.cancel(queue, key, retention));
  }

  @Override
  public ActReply redrive(QueueRef queue, String key) {
    return dice.call(Call.REDRIVE, of(queue, key), () -> control.redrive(queue, key));
  }

  @Override
  public ActReply reschedule(QueueRef queue, String key, Instant runAt) {
    return dice.call(Call.RESCHEDULE, of(queue, key), () -> control.reschedule(queue, key, runAt));
  }

  @Override
  public ActReply runNow(QueueRef queue, String key) {
    return dice.call(Call.RUN_NOW, of(queue, key), () -> control.runNow(queue, key));
  }

  @Override
  public ActReply prioritize(QueueRef queue, String key, Priority priority) {
    return dice.call(
        Call.PRIORITIZE, of(queue, key), () -> control.prioritize(queue, key, priority));
  }

  @Override
  public ActReply delete(QueueRef queue, String key) {
    return dice.call(Call.DELETE, of(queue, key), () -> control.delete(queue, key));
  }

  @Override
  public ActReply deleteDead(QueueRef queue, String key) {
    return dice.call(Call.DELETE_DEAD, of(queue, key), () -> control.deleteDead(queue, key));
  }

  @Override
  public int purge(QueueRef queue) {
    return dice.call(Call.PURGE, on(queue), () -> control.purge(queue));
  }

  @Override
  public void pause(QueueRef queue, boolean paused) {
    Boolean unused =
        dice.call(
            Call.PAUSE,
            on(queue),
            () -> {
              control.pause(queue, paused);
              return true;
            });
  }

  @Override
  public void changeBound(QueueRef queue, @Nullable Long bound) {
    Boolean unused =
        dice.call(
            Call.CHANGE_BOUND,
            on(queue),
            () -> {
              control.changeBound(queue, bound);
              return true;
            });
  }

  @Override
  public @Nullable Long bound(QueueRef queue) {
    return dice.call(Call.BOUND, on(queue), () -> Optional.ofNullable(control.bound(queue)))
        .orElse(null);
  }
}
