package dev.holdfast.testkit;

import dev.holdfast.spi.Claiming.Subscription;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Ticking;
import dev.holdfast.testkit.FaultyEngine.Call;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Schedules of which some calls go wrong. */
final class FaultyTicking implements Ticking {
  private final Ticking ticking;
  private final FaultDice dice;

  FaultyTicking(Ticking ticking, FaultDice dice) {
    this.ticking = ticking;
    this.dice = dice;
  }

  private static String on(QueueRef queue) {
    return " on queue " + queue.name();
  }

  @Override
  public void enlist(QueueRef queue) {
    Boolean unused =
        dice.call(
            Call.ENLIST,
            on(queue),
            () -> {
              ticking.enlist(queue);
              return true;
            });
  }

  @Override
  public List<QueueRef> enlisted() {
    return dice.call(Call.ENLIST, "", ticking::enlisted);
  }

  @Override
  public Found find(QueueRef queue, List<String> names) {
    return dice.call(Call.FIND_SCHEDULES, on(queue), () -> ticking.find(queue, names));
  }

  @Override
  public Found list(QueueRef queue, @Nullable String after, int size) {
    return dice.call(Call.FIND_SCHEDULES, on(queue), () -> ticking.list(queue, after, size));
  }

  @Override
  public boolean write(QueueRef queue, Change change) {
    return dice.call(Call.WRITE_SCHEDULE, on(queue), () -> ticking.write(queue, change));
  }

  @Override
  public boolean remove(QueueRef queue, String name, String revision) {
    return dice.call(Call.DROP_SCHEDULE, on(queue), () -> ticking.remove(queue, name, revision));
  }

  @Override
  public Due due(QueueRef queue, int most, Duration hold) {
    return dice.call(Call.DUE_TICKS, on(queue), () -> ticking.due(queue, most, hold));
  }

  @Override
  public List<Fired> fire(QueueRef queue, long bound, List<Firing> firings) {
    return dice.call(Call.FIRE, on(queue), () -> ticking.fire(queue, bound, firings));
  }

  @Override
  public Subscription onChange(QueueRef queue, Runnable onChange) {
    return ticking.onChange(queue, onChange);
  }
}
