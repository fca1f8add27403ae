package dev.holdfast.worker;

import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.QueueRef;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread a worker: waits at the bells of all queues that have a free slot somewhere in this
 * worker, and wakes the pool that can use a token. A token nobody here can use any more is rung on
 * once; its queue is left out until a slot frees.
 *
 * <p>Its mishaps cost at most the block time: claim loops look by themselves.
 */
final class BellListener {
  private static final Logger log = LoggerFactory.getLogger(BellListener.class);

  private final Engine engine;
  private final String worker;
  private final Duration block;
  private final List<ServedQueue> queues;
  private final Loop loop;

  /** Opened by the loop; read by any thread. */
  private volatile @Nullable Bells bells;

  /** Written by the loop: the queues it waits for in the store right now, else null. */
  private volatile @Nullable Set<QueueRef> waitingFor;

  /**
   * Creates the listener.
   *
   * @param queues the worker's queues, complete before the loop starts
   */
  BellListener(Engine engine, String worker, Duration block, List<ServedQueue> queues) {
    this.engine = engine;
    this.worker = worker;
    this.block = block;
    this.queues = queues;
    this.loop = new Loop(worker + "-bells", true, new Wakeup(), this::round);
  }

  Loop loop() {
    return loop;
  }

  /** Whether the bells of all this pool's queues are listened to right now. */
  boolean covers(Pool pool) {
    Set<QueueRef> heard = waitingFor;
    if (heard == null) {
      return false;
    }
    for (Consumer consumer : pool.consumers()) {
      if (consumer.trouble() == null && !heard.contains(consumer.queue().ref())) {
        return false;
      }
    }
    return true;
  }

  /** A queue has a free slot now: if the listener waits without it, it is made to look again. */
  void grew() {
    Bells open = bells;
    if (waitingFor != null && open != null) {
      try {
        open.unblock();
      } catch (RuntimeException e) {
        log.debug("could not unblock the bells; they are waited for until the block time", e);
      }
    }
    loop.wakeup().signal();
  }

  /** Puts back a token that nobody here can use. */
  void ringOn(QueueRef queue) {
    Bells open = bells;
    if (open != null) {
      open.ring(queue);
    }
  }

  private void round() {
    Bells open = bells;
    if (open == null) {
      open = engine.openBells(worker);
      bells = open;
    }
    Set<QueueRef> set = listening();
    if (set.isEmpty()) {
      loop.wakeup().awaitUntil(System.nanoTime() + block.toNanos());
      return;
    }
    Optional<QueueRef> rung;
    waitingFor = set;
    try {
      rung = open.await(set, block);
    } finally {
      waitingFor = null;
    }
    if (rung.isPresent() && !loop.stopping()) {
      follow(open, rung.get());
    } else if (rung.isPresent()) {
      open.ring(rung.get());
    }
  }

  private Set<QueueRef> listening() {
    Set<QueueRef> set = new HashSet<>();
    for (ServedQueue queue : queues) {
      for (Consumer consumer : queue.consumers()) {
        if (consumer.pool().listening() && consumer.trouble() == null) {
          set.add(queue.ref());
        }
      }
    }
    return set;
  }

  private void follow(Bells open, QueueRef rung) {
    for (ServedQueue queue : queues) {
      if (queue.ref().equals(rung)) {
        for (Consumer consumer : queue.consumers()) {
          Pool pool = consumer.pool();
          if (pool.listening() && pool.free() > 0 && !pool.draining()) {
            consumer.ring();
            return;
          }
        }
      }
    }
    open.ring(rung);
  }

  /** Stops listening. The thread ends once the store has answered. */
  void stop() {
    loop.stop();
    Bells open = bells;
    if (waitingFor != null && open != null) {
      try {
        open.unblock();
      } catch (RuntimeException e) {
        log.debug("could not unblock the bells", e);
      }
    }
  }

  /** Closes the connection. After {@link #stop}. */
  void close() {
    Bells open = bells;
    if (open != null) {
      try {
        open.close();
      } catch (RuntimeException e) {
        log.debug("could not close the bells", e);
      }
    }
  }
}
