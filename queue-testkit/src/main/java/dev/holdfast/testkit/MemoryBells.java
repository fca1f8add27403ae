package dev.holdfast.testkit;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.QueueRef;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * One worker's waiting at the bells. It waits in real time, whatever clock the engine judges by.
 */
final class MemoryBells implements Bells {
  private final MemoryStore store;
  private final BellTokens tokens;
  // Written and read with the lock of the tokens held: whether somebody waits, was unblocked, and
  // whether this is closed.
  private boolean waiting;
  private boolean unblocked;
  private boolean closed;

  MemoryBells(MemoryStore store) {
    this.store = store;
    this.tokens = store.bells();
  }

  @Override
  public Optional<QueueRef> await(Set<QueueRef> queues, Duration most) {
    store.requireOpen();
    tokens.wake(
        () -> {
          if (closed) {
            throw new EngineUnavailableException("waiting for a bell failed: it is closed");
          }
          waiting = true;
          unblocked = false;
        });
    try {
      return Optional.ofNullable(
          tokens.await(queues, most.toNanos(), () -> unblocked || closed || store.closed()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      tokens.wake(() -> waiting = false);
    }
  }

  @Override
  public void unblock() {
    tokens.wake(() -> unblocked = waiting);
  }

  @Override
  public void ring(QueueRef queue) {
    store.run(queue, (stored, now) -> stored.ring());
  }

  @Override
  public void close() {
    tokens.wake(() -> closed = true);
  }
}
