package dev.holdfast.spi;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Wakes an idle worker when a queue has work. A bell only wakes: missing one costs at most the
 * block time, and an extra one costs a turn.
 */
public interface Bells extends AutoCloseable {
  /**
   * Waits until one of these queues rings, and takes its token.
   *
   * @param queues the queues with a free slot; must not be empty
   * @param most the longest to wait in the store
   * @return the queue that rang; empty if none did or {@link #unblock()} was called
   */
  Optional<QueueRef> await(Set<QueueRef> queues, Duration most);

  /** Makes a waiting {@link #await} return early, from another thread. Best effort. */
  void unblock();

  /** Puts back a token this worker cannot use. */
  void ring(QueueRef queue);

  /** Ends the waiting and closes the connection. Idempotent. */
  @Override
  void close();
}
