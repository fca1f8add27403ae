package dev.holdfast.testkit;

import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.TurnReply;
import dev.holdfast.testkit.FaultyEngine.Call;
import dev.holdfast.testkit.FaultyEngine.Fault;
import dev.holdfast.testkit.FaultyEngine.InjectedFault;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Turns, leases and notes of which some go wrong. */
final class FaultyClaiming implements Claiming {
  private final Claiming claiming;
  private final FaultDice dice;

  FaultyClaiming(Claiming claiming, FaultDice dice) {
    this.claiming = claiming;
    this.dice = dice;
  }

  private static String on(QueueRef queue) {
    return " on queue " + queue.name();
  }

  @Override
  public void open(QueueRef queue) {
    Boolean unused =
        dice.call(
            Call.OPEN,
            on(queue),
            () -> {
              claiming.open(queue);
              return true;
            });
  }

  @Override
  public TurnReply turn(Turn turn) {
    return dice.call(Call.TURN, on(turn.queue()), () -> claiming.turn(turn));
  }

  @Override
  public List<LeaseReply> extend(QueueRef queue, Duration lease, List<Held> held) {
    return dice.call(Call.EXTEND, on(queue), () -> claiming.extend(queue, lease, held));
  }

  @Override
  public CompletableFuture<Boolean> note(QueueRef queue, Held held, Note note) {
    InjectedFault drawn = dice.roll(Call.NOTE, " of job " + queue.id(held.key()));
    if (drawn == null) {
      return claiming.note(queue, held, note);
    } else if (drawn.fault() != Fault.LOST_REPLY) {
      return CompletableFuture.failedFuture(FaultDice.unavailable(drawn));
    }
    CompletableFuture<Boolean> lost = new CompletableFuture<>();
    CompletableFuture<Boolean> unused =
        claiming
            .note(queue, held, note)
            .whenComplete(
                (stood, failure) ->
                    lost.completeExceptionally(
                        failure == null ? FaultDice.unavailable(drawn) : failure));
    return lost;
  }

  @Override
  public void leave(QueueRef queue, String consumer) {
    Boolean unused =
        dice.call(
            Call.LEAVE,
            on(queue),
            () -> {
              claiming.leave(queue, consumer);
              return true;
            });
  }

  @Override
  public Subscription onCancel(QueueRef queue, Consumer<String> onCancel) {
    return dice.call(
        Call.ON_CANCEL, on(queue), () -> claiming.onCancel(queue, onCancel), Subscription::close);
  }
}
