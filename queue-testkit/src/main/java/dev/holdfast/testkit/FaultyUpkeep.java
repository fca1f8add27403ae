package dev.holdfast.testkit;

import dev.holdfast.spi.Upkeep;
import dev.holdfast.testkit.FaultyEngine.Call;

/** Reaps of which some go wrong. */
final class FaultyUpkeep implements Upkeep {
  private final Upkeep upkeep;
  private final FaultDice dice;

  FaultyUpkeep(Upkeep upkeep, FaultDice dice) {
    this.upkeep = upkeep;
    this.dice = dice;
  }

  @Override
  public ReapReply reap(ReapOrder order) {
    return dice.call(Call.REAP, " on queue " + order.queue().name(), () -> upkeep.reap(order));
  }

  @Override
  public int tidy(ReapOrder order, String consumer) {
    return dice.call(
        Call.TIDY, " on queue " + order.queue().name(), () -> upkeep.tidy(order, consumer));
  }
}
