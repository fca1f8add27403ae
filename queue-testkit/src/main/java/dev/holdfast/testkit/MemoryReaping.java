package dev.holdfast.testkit;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.StateReason;
import dev.holdfast.json.AttemptJson;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Upkeep;
import dev.holdfast.testkit.MemoryLimits.Mark;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes back claims whose lease has run out, and forgets consumers that hold nothing. */
final class MemoryReaping implements Upkeep {
  private static final int MOST = 100;
  private static final long FORGET_CALLER = 600_000;

  private final MemoryStore store;

  /** Raised while a test lets time pass: then it says when workers reap. */
  private final AtomicInteger passing = new AtomicInteger();

  MemoryReaping(MemoryStore store) {
    this.store = store;
  }

  /** While a test lets time pass, no worker's own reap goes through: it would come at random. */
  @Override
  public ReapReply reap(ReapOrder order) {
    if (passing.get() > 0) {
      return new ReapReply(Gate.NOT_YET, 0, 0, 0, false, null);
    }
    return reapNow(order);
  }

  ReapReply reapNow(ReapOrder order) {
    return store.act(order.queue(), (queue, now) -> reap(queue, now, order));
  }

  void pass() {
    passing.incrementAndGet();
  }

  void passed() {
    passing.decrementAndGet();
  }

  private static ReapReply reap(MemoryQueue queue, Instant instant, ReapOrder order) {
    long now = instant.toEpochMilli();
    long outage = 2 * order.period().toMillis() + order.jitter().toMillis();
    // A gate further away than an outage comes from a clock that stepped back: it does not hold.
    if (now < queue.nextReap && queue.nextReap - now <= outage) {
      return new ReapReply(Gate.NOT_YET, 0, 0, 0, false, null);
    }
    long nextReap = now + order.period().toMillis();
    long grace = order.grace().toMillis();
    if (queue.lastReap != null && now - queue.lastReap > outage) {
      queue.graceUntil = now + grace;
    }
    queue.lastReap = now;
    if (now < queue.graceUntil && queue.graceUntil - now <= grace) {
      queue.nextReap = Math.min(nextReap, queue.graceUntil);
      return new ReapReply(Gate.GRACE, 0, 0, 0, false, null);
    }
    List<String> expired = queue.leases.upTo(now, MOST);
    long longest = now + order.longestLease().toMillis();
    for (String key : queue.leases.above(longest, MOST)) {
      queue.leases.put(key, longest);
    }
    Reaped reaped = new Reaped(queue, now, order);
    if (!expired.isEmpty()) {
      Mark before = queue.limits.mark();
      expired.forEach(key -> reaped.take(queue.job(key)));
      reaped.sendBack();
      boolean room = queue.limits.hasOwnLimit() && queue.claimable() > 0;
      if (!reaped.back.isEmpty() || room || queue.limits.hasStirred(before)) {
        queue.ring();
      }
      reaped.ends.trimDone();
    }
    boolean more = expired.size() == MOST;
    if (!more) {
      queue.nextReap = nextReap;
    }
    for (String caller : queue.turnsSeen.upTo(now - FORGET_CALLER, MOST)) {
      queue.turnsSeen.remove(caller);
      queue.turns.remove(caller);
    }
    return new ReapReply(
        Gate.OPEN,
        reaped.back.size(),
        reaped.poisoned,
        reaped.cancelled,
        more,
        queue.workers.first());
  }

  /** Here no claim is without its lease, so that there is never one to reap. */
  @Override
  public int tidy(ReapOrder order, String consumer) {
    store.run(
        order.queue(),
        (queue, now) -> {
          if (queue.held.containsKey(consumer)) {
            queue.workers.put(consumer, now.toEpochMilli());
          } else {
            queue.workers.remove(consumer);
          }
          new MemoryEnds(queue, now.toEpochMilli(), order.retention()).trimDone();
        });
    return 0;
  }

  /** The jobs one call takes back. */
  private static final class Reaped {
    private final MemoryQueue queue;
    private final long now;
    private final int maxCrashes;
    private final MemoryEnds ends;

    /** By the number of the claim that was lost: the order they were claimed in. */
    private final Map<Long, MemoryJob> back = new TreeMap<>();

    private int poisoned;
    private int cancelled;

    Reaped(MemoryQueue queue, long now, ReapOrder order) {
      this.queue = queue;
      this.now = now;
      this.maxCrashes = order.maxCrashes();
      this.ends = new MemoryEnds(queue, now, order.retention());
    }

    void take(MemoryJob job) {
      ClaimToken lost = Objects.requireNonNull(job.token);
      String consumer = job.consumer;
      queue.takeOut(job);
      job.crashes++;
      job.notes.remember(crash(job, Objects.requireNonNull(consumer)));
      job.token = null;
      boolean goesOn = job.journal.entries() > 0 && job.crashes < maxCrashes;
      if (job.cancelRequested && !goesOn) {
        ends.cancel(job, StateReason.CANCELLED_ON_REQUEST);
        cancelled++;
      } else if (job.crashes >= maxCrashes) {
        ends.bury(job, StateReason.POISON);
        poisoned++;
      } else if (queue.uniques.overtaken(job)) {
        ends.cancel(job, StateReason.SUPERSEDED);
        cancelled++;
      } else {
        job.reason = StateReason.REAPED;
        job.since = now;
        job.readyAt = now;
        back.put(lost.number(), job);
      }
    }

    private byte[] crash(MemoryJob job, String consumer) {
      String message =
          "the lease of " + consumer + " ended without an outcome (crash " + job.crashes + ")";
      return AttemptJson.encode(
          new Attempt(
              job.failures + 1,
              Instant.ofEpochMilli(now),
              new Failure(AttemptJson.CRASH, message, "")));
    }

    /** Suspects go to the tail of their lane, the others to the head of theirs. */
    void sendBack() {
      List<MemoryJob> toHead = new ArrayList<>();
      for (MemoryJob job : back.values()) {
        if (job.lane() == Lane.SUSPECT) {
          queue.toTail(job);
        } else {
          toHead.add(job);
        }
      }
      queue.toHead(toHead);
    }
  }
}
