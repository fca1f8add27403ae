package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueStats;
import dev.holdfast.job.Retention;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.testkit.FaultyEngine.Call;
import java.time.Instant;
import java.util.List;
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
    act(Call.PAUSE, queue, () -> control.pause(queue, paused));
  }

  @Override
  public void changeBound(QueueRef queue, @Nullable Long bound) {
    act(Call.CHANGE_BOUND, queue, () -> control.changeBound(queue, bound));
  }

  @Override
  public @Nullable Long bound(QueueRef queue) {
    return dice.call(Call.BOUND, on(queue), () -> Optional.ofNullable(control.bound(queue)))
        .orElse(null);
  }

  @Override
  public void limit(QueueRef queue, LimitScope scope, @Nullable Limit limit) {
    act(Call.LIMIT, queue, () -> control.limit(queue, scope, limit));
  }

  @Override
  public void pauseType(QueueRef queue, String type, boolean paused) {
    act(Call.PAUSE_TYPE, queue, () -> control.pauseType(queue, type, paused));
  }

  @Override
  public List<LimitSetting> limits(QueueRef queue) {
    return dice.call(Call.LIMITS, on(queue), () -> control.limits(queue));
  }

  private void act(Call call, QueueRef queue, Runnable act) {
    Boolean unused =
        dice.call(
            call,
            on(queue),
            () -> {
              act.run();
              return true;
            });
  }
}
