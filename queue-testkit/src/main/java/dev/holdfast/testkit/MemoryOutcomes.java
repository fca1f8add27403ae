package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the outcomes of one turn, with the queue's lock held. Used once. */
final class MemoryOutcomes {
  /** What an asked-for cancel leaves as it is; a last failure it does not. */
  private static final Set<StateReason> BURIED_BY_ITSELF =
      Set.of(StateReason.BURIED, StateReason.MALFORMED, StateReason.UNKNOWN_TYPE);

  private final MemoryQueue queue;
  private final long now;
  private final MemoryEnds ends;
  private final boolean strict;
  private final List<MemoryJob> released = new ArrayList<>();

  MemoryOutcomes(MemoryQueue queue, long now, MemoryEnds ends, boolean strict) {
    this.queue = queue;
    this.now = now;
    this.ends = ends;
    this.strict = strict;
  }

  List<Settled> settleAll(List<Settlement> settlements) {
    // Looked up first: of two outcomes for a job the second must find what the first made of it,
    // even if retention keeps nothing.
    List<@Nullable MemoryJob> jobs = new ArrayList<>();
    settlements.forEach(settlement -> jobs.add(queue.jobs.get(settlement.held().key())));
    List<Settled> settled = new ArrayList<>();
    for (int i = 0; i < jobs.size(); i++) {
      settled.add(settle(jobs.get(i), settlements.get(i)));
    }
    queue.toHead(released);
    return settled;
  }

  private Settled settle(@Nullable MemoryJob job, Settlement settlement) {
    if (job == null) {
      return Settled.GONE;
    } else if (!settlement.held().token().equals(job.token)) {
      return job.state == JobState.ACTIVE ? Settled.TAKEN : Settled.UNCLAIMED;
    } else if (job.state != JobState.ACTIVE) {
      return Settled.ALREADY;
    } else if (strict && leaseIsOver(job)) {
      return Settled.UNCLAIMED;
    }
    Outcome outcome = settlement.outcome();
    if (outcome instanceof Outcome.Suspended suspended && !job.journal.fits(suspended.append())) {
      return Settled.UNCLAIMED;
    }
    // A run that has written something hears of a cancel from its next worker.
    boolean hearsLater = outcome instanceof Outcome.Released && job.journal.entries() > 0;
    boolean asked = job.cancelRequested && !standsUnderCancel(outcome) && !hearsLater;
    boolean cancelled = asked || (waitsAgain(outcome) && queue.uniques.overtaken(job));
    if (!cancelled && outcome instanceof Outcome.BackedOff backedOff) {
      // Before its place is free, or the next one would go.
      queue.limits.backOff(job, backedOff.delay());
    }
    queue.takeOut(job);
    if (cancelled) {
      countFailure(job, attemptOf(outcome));
      ends.cancel(job, asked ? StateReason.CANCELLED_ON_REQUEST : StateReason.SUPERSEDED);
      return Settled.CANCELLED;
    }
    apply(job, outcome);
    return Settled.DONE;
  }

  private boolean leaseIsOver(MemoryJob job) {
    Long end = queue.leases.score(job.key);
    return end == null || end < now;
  }

  private static boolean standsUnderCancel(Outcome outcome) {
    return outcome instanceof Outcome.Succeeded
        || outcome instanceof Outcome.Discarded
        || outcome instanceof Outcome.Suspended
        || (outcome instanceof Outcome.Buried buried && BURIED_BY_ITSELF.contains(buried.reason()));
  }

  private static boolean waitsAgain(Outcome outcome) {
    return !standsUnderCancel(outcome) && !(outcome instanceof Outcome.Buried);
  }

  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  private static byte @Nullable [] attemptOf(Outcome outcome) {
    if (outcome instanceof Outcome.Retry retry) {
      return retry.attempt();
    }
    return outcome instanceof Outcome.Buried buried ? buried.attempt() : null;
  }

  private static void countFailure(MemoryJob job, byte @Nullable [] attempt) {
    if (attempt != null && attempt.length > 0) {
      job.failures++;
      job.notes.remember(attempt);
    }
  }

  private void apply(MemoryJob job, Outcome outcome) {
    if (outcome instanceof Outcome.Succeeded succeeded) {
      job.notes.result(succeeded.result());
      ends.succeed(job);
    } else if (outcome instanceof Outcome.Retry retry) {
      job.failures++;
      job.crashes = 0;
      job.notes.remember(retry.attempt());
      queue.queueAgain(job, retry.reason(), now, retry.delay());
    } else if (outcome instanceof Outcome.Snoozed snoozed) {
      job.snoozes++;
      job.crashes = 0;
      queue.queueAgain(job, StateReason.SNOOZED, now, snoozed.delay());
    } else if (outcome instanceof Outcome.Suspended suspended) {
      suspend(job, suspended);
    } else if (outcome instanceof Outcome.BackedOff backedOff) {
      job.snoozes++;
      job.crashes = 0;
      backOff(job, backedOff.delay());
    } else if (outcome instanceof Outcome.Missed missed) {
      job.misses++;
      job.missedSince = job.missedSince == null ? Long.valueOf(now) : job.missedSince;
      queue.queueAgain(job, StateReason.MISSED, now, missed.delay());
    } else if (outcome instanceof Outcome.Buried buried) {
      int failures = job.failures;
      countFailure(job, attemptOf(buried));
      job.failures = buried.reason() == StateReason.MALFORMED ? failures : job.failures;
      ends.bury(job, buried.reason());
    } else if (outcome instanceof Outcome.Discarded discarded) {
      if (discarded.attempt() != null) {
        job.notes.remember(discarded.attempt());
      }
      ends.cancel(job, StateReason.DISCARDED);
    } else {
      release(job);
    }
  }

  private void suspend(MemoryJob job, Outcome.Suspended suspended) {
    queue.write(job, suspended.append(), Instant.ofEpochMilli(now));
    job.crashes = 0;
    job.reason = StateReason.SUSPENDED;
    job.since = now;
    job.wakeOn = suspended.wakeOn();
    boolean woken =
        job.journal.messages() >= job.wakeOn || (job.cancelRequested && !suspended.cancelling());
    long at = woken ? now : dueAt(suspended);
    job.readyAt = Math.max(at, now);
    if (at > now) {
      queue.suspend(job, at);
    } else {
      queue.toTail(job);
    }
  }

  private long dueAt(Outcome.Suspended suspended) {
    Instant until = suspended.until();
    Duration delay = suspended.delay();
    long at = until == null ? MemoryQueue.NEVER : until.toEpochMilli();
    return delay == null ? at : Math.min(at, now + delay.toMillis());
  }

  private void backOff(MemoryJob job, Duration delay) {
    if (job.limitKey == null) {
      queue.queueAgain(job, StateReason.SNOOZED, now, delay);
    } else {
      job.reason = StateReason.SNOOZED;
      job.since = now;
      queue.limits.parkFirst(job);
    }
  }

  private void release(MemoryJob job) {
    job.state = JobState.READY;
    job.reason = StateReason.RELEASED;
    job.since = now;
    job.readyAt = now;
    // Put into its lane once all outcomes are written: together they keep their order.
    released.add(job);
  }
}
