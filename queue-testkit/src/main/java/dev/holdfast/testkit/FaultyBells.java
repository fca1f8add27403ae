package dev.holdfast.testkit;

import dev.holdfast.spi.Bells;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.FaultyEngine.Call;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Bells that are missed now and then. */
final class FaultyBells implements Bells {
  private final Bells bells;
  private final FaultDice dice;

  FaultyBells(Bells bells, FaultDice dice) {
    this.bells = bells;
    this.dice = dice;
  }

  @Override
  public Optional<QueueRef> await(Set<QueueRef> queues, Duration most) {
    return dice.call(Call.AWAIT, "", () -> bells.await(queues, most));
  }

  @Override
  public void unblock() {
    bells.unblock();
  }

  @Override
  public void ring(QueueRef queue) {
    Boolean unused =
        dice.call(
            Call.RING,
            " of queue " + queue.name(),
            () -> {
              bells.ring(queue);
              return true;
            });
  }

  @Override
  public void close() {
    bells.close();
  }
}
