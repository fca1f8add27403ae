package dev.holdfast.testkit;

import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Upkeep.ReapOrder;
import dev.holdfast.testkit.StepGate.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets the workers of a test work while time passes or stands still, and waits for them. Time is
 * virtual and goes in leaps: to the next due time, and to the next reap of what the dead hold.
 *
 * <p>Workers reap in real time, every few seconds; in virtual time that would be at random. So
 * while time passes their own reaps are held back, and what they would do is done here: a lease
 * that ended is reaped R + J later, the latest that a worker with those options would, if a worker
 * lives that serves the queue. As long as one does, its reaps count as done all along, so that a
 * leap is no outage; if none did, the first reap afterwards opens the grace as ever.
 */
final class PassingTime {
  /** How long to wait for work to be done. Chosen, not measured. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How often workers are woken again that do not take what a step offers. */
  private static final long WAKE_AGAIN = TimeUnit.MILLISECONDS.toNanos(100);

  private final MemoryStore store;
  private final MemoryReaping reaping;
  private final ManualTime time;

  PassingTime(MemoryStore store, MemoryReaping reaping, ManualTime time) {
    this.store = store;
    this.reaping = reaping;
    this.time = time;
  }

  /** Lets a duration pass, and returns when all is quiet. */
  void pass(Duration duration) {
    Instant end = time.instant().plus(duration);
    reaping.pass();
    store.gate().pass();
    try {
      wakeAll();
      awaitQuiet(queue -> true);
      while (true) {
        if (reapDue()) {
          awaitQuiet(queue -> true);
        } else if (time.instant().isBefore(end)) {
          time.advanceTo(earliest(earliest(end, store.nextDue()), nextReap()));
          reapedAllAlong();
          awaitQuiet(queue -> true);
        } else {
          return;
        }
      }
    } finally {
      store.gate().passed();
      reaping.passed();
    }
  }

  /** Waits until the queues with a living worker are quiet, time standing still. */
  void awaitServed() {
    awaitQuiet(store.crew().served()::contains);
  }

  /**
   * Lets one job be attempted: the next one of the first queue, by name, that has one.
   *
   * @return its claim, once the outcome is written or its worker is dead; null if there is nothing
   *     to do
   */
  @Nullable Step step() {
    for (QueueRef queue : store.crew().served()) {
      if (store.claimable(queue)) {
        return step(queue);
      }
    }
    return null;
  }

  private Step step(QueueRef queue) {
    store.gate().ask(queue);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (store.gate().taken() == null && System.nanoTime() - deadline < 0) {
        store.ring(queue);
        String unused =
            store
                .changes()
                .awaitNull(() -> store.gate().taken() == null ? "offered" : null, WAKE_AGAIN);
      }
      Step taken = store.gate().withdraw();
      if (taken == null) {
        throw stopped("no worker took a job of queue " + queue.name());
      }
      String held = "job " + queue.id(taken.held().key()) + " is held";
      String left =
          store
              .changes()
              .awaitNull(
                  () -> store.stands(queue, taken.held()) ? held : null,
                  Math.max(0, deadline - System.nanoTime()));
      if (left != null) {
        throw stopped(left);
      }
      return taken;
    } catch (InterruptedException e) {
      Step unused = store.gate().withdraw();
      Thread.currentThread().interrupt();
      throw stopped("the thread was interrupted");
    }
  }

  private void wakeAll() {
    if (store.gate().byStep()) {
      store.all().stream().filter(store::claimable).forEach(store::ring);
    }
  }

  private void awaitQuiet(Predicate<QueueRef> which) {
    String busy;
    try {
      busy = store.awaitQuiet(which, PATIENCE.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      busy = "the thread was interrupted";
    }
    if (busy != null) {
      throw stopped(busy);
    }
  }

  private IllegalStateException stopped(String why) {
    return new IllegalStateException(
        "time stopped at "
            + time.instant()
            + ": "
            + why
            + "; is a worker serving the queue, and does its handler return?");
  }

  private static Instant earliest(Instant one, @Nullable Instant other) {
    return other == null || one.isBefore(other) ? one : other;
  }

  // ---- what living workers would reap -----------------------------------------------------------

  /** Reaps what is to be reaped by now; whether there was something to try. */
  private boolean reapDue() {
    boolean tried = false;
    for (QueueRef queue : store.all()) {
      Long at = reapOf(queue);
      ReapOrder order = store.crew().reaper(queue);
      if (at != null && order != null && at <= time.instant().toEpochMilli()) {
        tried = true;
        boolean more;
        do {
          more = reaping.reapNow(order).more();
        } while (more);
      }
    }
    return tried;
  }

  private @Nullable Instant nextReap() {
    Long next = null;
    for (QueueRef queue : store.all()) {
      Long at = reapOf(queue);
      if (at != null && (next == null || at < next)) {
        next = at;
      }
    }
    return next == null ? null : Instant.ofEpochMilli(next);
  }

  /** When a living worker reaps something of the dead in a queue, at the latest; epoch ms. */
  private @Nullable Long reapOf(QueueRef ref) {
    ReapOrder order = store.crew().reaper(ref);
    if (order == null) {
      return null;
    }
    long after = order.period().plus(order.jitter()).toMillis();
    MemoryQueue queue = store.queue(ref);
    queue.lock.lock();
    try {
      List<String> orphans = queue.heldBy(store.crew()::isDead);
      Long first = null;
      for (String key : orphans) {
        Long end = queue.leases.score(key);
        first = end != null && (first == null || end < first) ? end : first;
      }
      return first == null ? null : Long.valueOf(Math.max(first + after, queue.nextReap));
    } finally {
      queue.lock.unlock();
    }
  }

  private void reapedAllAlong() {
    for (QueueRef ref : store.crew().served()) {
      store.run(ref, (queue, now) -> queue.lastReap = now.toEpochMilli());
    }
  }
}
