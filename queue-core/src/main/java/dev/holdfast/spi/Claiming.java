package dev.holdfast.spi;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Where workers take jobs, keep them and give their outcomes. */
public interface Claiming {
  /**
   * Checks that a queue can be used by this version, and prepares it.
   *
   * @throws dev.holdfast.job.QueueCorruptException if its layout is not known or a key has a type
   *     that is none of ours
   */
  void open(QueueRef queue);

  /**
   * Takes a turn. Blocks for one round trip. When it throws, the turn may or may not have been
   * taken: send it again with {@code repeat}.
   */
  TurnReply turn(Turn turn);

  /**
   * Makes leases longer, counted from now. Blocks for one round trip per 100 jobs, on a connection
   * of its own, so that it does not wait behind turns.
   *
   * @return one reply a job, in order
   */
  List<LeaseReply> extend(QueueRef queue, Duration lease, List<Held> held);

  /**
   * Writes a running attempt's notes if its claim stands. The future may be completed on a thread
   * of the engine.
   *
   * @return whether the claim stood; false means nothing was written
   */
  CompletableFuture<Boolean> note(QueueRef queue, Held held, Note note);

  /**
   * Gives up what a consumer keeps beside its jobs (the watch over due times) and wakes another.
   */
  void leave(QueueRef queue, String consumer);

  /**
   * Listens for hints that a running job of a queue should end. Only a hint: the truth comes with
   * the next extension.
   *
   * @param onCancel called with the job's key on a thread of the engine; must not block
   * @return closes the subscription
   */
  Subscription onCancel(QueueRef queue, Consumer<String> onCancel);

  /** Something to close. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
