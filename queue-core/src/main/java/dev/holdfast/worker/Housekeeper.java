package dev.holdfast.worker;

import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claiming.Subscription;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Meters;
import dev.holdfast.spi.Upkeep.ReapOrder;
import dev.holdfast.spi.Upkeep.ReapReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread a worker: for each queue, every R plus a random part of J, reaps expired leases and
 * tidies one consumer's list. Every worker does it, so that none is needed; the engine lets one
 * through a period. Also subscribes to cancel hints once a queue has had its first claim.
 */
final class Housekeeper {
  private static final Logger log = LoggerFactory.getLogger(Housekeeper.class);

  private static final int MOST_BROKEN = 100;

  private final Engine engine;
  private final Meters meters;
  private final WorkerOptions options;
  private final Runnable onSubscribed;
  private final List<Chore> chores = new ArrayList<>();
  private final Loop loop;

  /**
   * Creates a housekeeper.
   *
   * @param onSubscribed asks which jobs are to end, whose hints came too early to be heard
   */
  Housekeeper(WorkerPlan plan, String worker, List<ServedQueue> queues, Runnable onSubscribed) {
    this.onSubscribed = onSubscribed;
    this.engine = plan.engine();
    this.meters = plan.meters();
    this.options = plan.options();
    this.loop = new Loop(worker + "-housekeeper", true, new Wakeup(), this::round);
    long now = System.nanoTime();
    for (ServedQueue queue : queues) {
      chores.add(new Chore(queue, now + part(options.reapJitter())));
    }
  }

  Loop loop() {
    return loop;
  }

  /** A queue had its first claim: its cancel hints are wanted. */
  void wake() {
    loop.wakeup().signal();
  }

  private void round() {
    long now = System.nanoTime();
    long wait = options.reapPeriod().toNanos();
    for (Chore chore : chores) {
      if (loop.stopping()) {
        return;
      }
      chore.subscribe();
      if (now - chore.nextAt >= 0) {
        chore.reap();
        // Counted from the answer: come back a moment before the gate opens, and the next reap is
        // late enough to look like an outage.
        now = System.nanoTime();
        chore.nextAt = now + options.reapPeriod().toNanos() + part(options.reapJitter());
      }
      wait = Math.min(wait, chore.nextAt - now);
    }
    loop.wakeup().awaitUntil(now + wait);
  }

  /** Ends the subscriptions. After the loop has stopped. */
  void close() {
    chores.forEach(Chore::unsubscribe);
  }

  private static long part(Duration most) {
    return ThreadLocalRandom.current().nextLong(most.toNanos() + 1);
  }

  /** What is to be done for one queue. Used by the loop, and after its end by the drain. */
  private final class Chore {
    private final ServedQueue queue;
    private final ReapOrder order;
    private long nextAt;
    private volatile @Nullable Subscription subscription;
    private boolean troubled;

    /** Consumers whose list is none, and has been logged. */
    private final Set<String> broken = new HashSet<>();

    Chore(ServedQueue queue, long firstAt) {
      this.queue = queue;
      this.nextAt = firstAt;
      this.order = options.reapOrder(queue.ref());
    }

    void subscribe() {
      if (subscription == null && queue.claimedBefore()) {
        try {
          subscription = engine.claiming().onCancel(queue.ref(), queue::cancel);
          queue.nowListens();
          onSubscribed.run();
        } catch (RuntimeException e) {
          log.debug(
              "queue {}: no cancel hints for now; extensions bring them", queue.ref().name(), e);
        }
      }
    }

    void reap() {
      try {
        ReapReply reply;
        do {
          reply = engine.upkeep().reap(order);
          report(reply);
        } while (reply.more() && !loop.stopping());
        if (reply.tidyNext() != null) {
          tidy(reply.tidyNext());
        }
        troubled = false;
      } catch (RuntimeException e) {
        if (troubled) {
          log.debug("queue {}: could not reap", queue.ref().name(), e);
        } else {
          troubled = true;
          log.warn(
              "queue {}: could not reap expired leases, which is tried again every {}: {}",
              queue.ref().name(),
              AttemptLines.show(options.reapPeriod()),
              AttemptLines.oneLine(String.valueOf(e.getMessage()), 300));
        }
      }
    }

    private void tidy(String consumer) {
      try {
        counted(engine.upkeep().tidy(order, consumer));
        broken.remove(consumer);
      } catch (QueueCorruptException e) {
        // The next reap names another consumer, and this one comes round again: told once.
        if (broken.size() < MOST_BROKEN && broken.add(consumer)) {
          log.error(
              "queue {}: {}",
              queue.ref().name(),
              AttemptLines.oneLine(String.valueOf(e.getMessage()), 300));
        }
      }
    }

    private void report(ReapReply reply) {
      counted(reply.returned() + reply.poisoned() + reply.cancelled());
      for (int i = 0; i < reply.poisoned(); i++) {
        meters.died(queue.ref().name(), Consumer.UNKNOWN, StateReason.POISON);
      }
      if (reply.returned() > 0) {
        log.warn(
            "queue {}: {} leases had ended without an outcome; their jobs run again",
            queue.ref().name(),
            reply.returned());
      }
      if (reply.poisoned() > 0) {
        log.error(
            "queue {}: {} jobs ended {} leases in a row without an outcome, as if they killed their"
                + " workers; they are dead letters now, POISON",
            queue.ref().name(),
            reply.poisoned(),
            options.maxCrashes());
      }
    }

    private void counted(int jobs) {
      if (jobs > 0) {
        meters.reaped(queue.ref().name(), jobs);
      }
    }

    void unsubscribe() {
      Subscription open = subscription;
      if (open != null) {
        try {
          open.close();
        } catch (RuntimeException e) {
          log.debug("queue {}: could not end its cancel hints", queue.ref().name(), e);
        }
      }
    }
  }
}
