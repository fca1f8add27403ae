package dev.holdfast.testkit.contract;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What every job of a random life should be, and so what every reply should say. */
final class LifeModel {
  private final Map<String, Job> jobs = new LinkedHashMap<>();

  /** Unique key to the last job that was added with it. */
  private final Map<Uniqueness, String> holders = new LinkedHashMap<>();

  /** What a job should be. */
  static final class Job {
    JobState state = JobState.READY;
    Priority lane = Priority.NORMAL;
    Instant dueAt = Instant.EPOCH;
    Instant leaseEnd = Instant.EPOCH;
    @Nullable Held held;
    String consumer = "";
    boolean cancel;
    boolean gone;
    @Nullable Uniqueness unique;
    int failures;
    int claimed;
    int crashes;
    int misses;
    int snoozes;

    Counters counters() {
      return new Counters(failures, claimed, crashes, misses, snoozes);
    }

    boolean waits() {
      return state == JobState.READY || state == JobState.SCHEDULED;
    }

    void waitsUntil(Instant at, Instant now) {
      dueAt = at;
      state = at.isAfter(now) ? JobState.SCHEDULED : JobState.READY;
    }

    void ends(JobState end) {
      state = end;
    }
  }

  Map<String, Job> jobs() {
    return jobs;
  }

  Job job(String key) {
    return Objects.requireNonNull(jobs.get(key), "a job nobody enqueued: " + key);
  }

  /** Adds a job that was enqueued. */
  Job add(NewJob job, Instant now) {
    Job added = new Job();
    added.lane = job.priority();
    Start start = job.start();
    Duration delay = start.delay() == null ? Duration.ZERO : start.delay();
    added.waitsUntil(start.instant() == null ? now.plus(delay) : start.instant(), now);
    jobs.put(job.key(), added);
    return added;
  }

  /** The job that holds a unique key, or null. */
  @Nullable String holder(Uniqueness unique) {
    String key = holders.get(unique);
    Job job = key == null ? null : jobs.get(key);
    boolean holds =
        job != null
            && !job.gone
            && (unique instanceof Uniqueness.UntilStarted
                ? job.waits() && job.claimed == 0
                : !job.state.isFinal());
    return holds ? key : null;
  }

  /** A job that was added holds its unique key. */
  void hold(Uniqueness unique, String key, Job job) {
    job.unique = unique;
    holders.put(unique, key);
  }

  /** What becomes of the redrive of a dead letter. */
  ActReply redrive(String key) {
    Uniqueness unique = job(key).unique;
    if (!(unique instanceof Uniqueness.UntilFinished)) {
      return ActReply.DONE;
    } else if (holder(unique) != null) {
      return ActReply.KEY_TAKEN;
    }
    holders.put(unique, key);
    return ActReply.DONE;
  }

  /** How many jobs have not ended. */
  long open() {
    return jobs.values().stream().filter(job -> !job.gone && !job.state.isFinal()).count();
  }

  long count(JobState state) {
    return jobs.values().stream().filter(job -> !job.gone && job.state == state).count();
  }

  List<String> ready(Predicate<Job> which) {
    List<String> keys = new ArrayList<>();
    jobs.forEach(
        (key, job) -> {
          if (!job.gone && job.state == JobState.READY && which.test(job)) {
            keys.add(key);
          }
        });
    return keys;
  }

  /** Makes ready what is due. */
  void promote(Instant now) {
    for (Job job : jobs.values()) {
      if (job.state == JobState.SCHEDULED && !job.dueAt.isAfter(now)) {
        job.state = JobState.READY;
      }
    }
  }

  /** What becomes of an outcome. */
  Settled settle(Settlement settlement, Instant now) {
    Job job = job(settlement.held().key());
    if (job.gone) {
      return Settled.GONE;
    } else if (!settlement.held().equals(job.held)) {
      return job.state == JobState.ACTIVE ? Settled.TAKEN : Settled.UNCLAIMED;
    } else if (job.state != JobState.ACTIVE) {
      return Settled.ALREADY;
    }
    Outcome outcome = settlement.outcome();
    if (outcome instanceof Outcome.Succeeded) {
      job.ends(JobState.SUCCEEDED);
    } else if (outcome instanceof Outcome.Buried buried) {
      job.failures += buried.attempt() == null ? 0 : 1;
      boolean cancelled = job.cancel && buried.reason() == StateReason.EXHAUSTED;
      job.ends(cancelled ? JobState.CANCELLED : JobState.DEAD);
      return cancelled ? Settled.CANCELLED : Settled.DONE;
    } else if (outcome instanceof Outcome.Discarded) {
      job.ends(JobState.CANCELLED);
    } else if (job.cancel) {
      job.failures += outcome instanceof Outcome.Retry ? 1 : 0;
      job.ends(JobState.CANCELLED);
      return Settled.CANCELLED;
    } else if (outcome instanceof Outcome.Retry retry) {
      job.failures++;
      job.crashes = 0;
      job.waitsUntil(now.plus(retry.delay()), now);
    } else if (outcome instanceof Outcome.Snoozed snoozed) {
      job.snoozes++;
      job.crashes = 0;
      job.waitsUntil(now.plus(snoozed.delay()), now);
    } else if (outcome instanceof Outcome.Missed missed) {
      job.misses++;
      job.waitsUntil(now.plus(missed.delay()), now);
    } else {
      job.waitsUntil(now, now);
    }
    return Settled.DONE;
  }

  /** What becomes of an extension. */
  LeaseReply extend(Held held, Instant now) {
    Job job = job(held.key());
    if (job.gone) {
      return LeaseReply.GONE;
    } else if (job.state != JobState.ACTIVE) {
      return LeaseReply.UNCLAIMED;
    } else if (!held.equals(job.held)) {
      return LeaseReply.TAKEN;
    }
    job.leaseEnd = now.plus(TurnTaker.LEASE);
    return job.cancel ? LeaseReply.CANCEL_REQUESTED : LeaseReply.EXTENDED;
  }

  /** How many jobs a reap gives back, buries and cancels, in this order. */
  List<Integer> reap(int maxCrashes, Instant now) {
    int returned = 0;
    int poisoned = 0;
    int cancelled = 0;
    for (Job job : jobs.values()) {
      if (job.gone || job.state != JobState.ACTIVE || job.leaseEnd.isAfter(now)) {
        continue;
      }
      job.crashes++;
      job.held = null;
      if (job.cancel) {
        job.ends(JobState.CANCELLED);
        cancelled++;
      } else if (job.crashes >= maxCrashes) {
        job.ends(JobState.DEAD);
        poisoned++;
      } else {
        job.waitsUntil(now, now);
        returned++;
      }
    }
    return List.of(returned, poisoned, cancelled);
  }

  /** How many jobs a purge removes. */
  int purge() {
    int purged = 0;
    for (Job job : jobs.values()) {
      if (!job.gone && job.waits()) {
        job.gone = true;
        purged++;
      }
    }
    return purged;
  }

  /** What becomes of an act on a job that waits. */
  static ActReply actOnWaiting(Job job, ActReply ifActive) {
    if (job.gone) {
      return ActReply.NOT_FOUND;
    } else if (job.state == JobState.ACTIVE) {
      return ifActive;
    }
    return job.waits() ? ActReply.DONE : ActReply.ENDED;
  }

  /** It is as if new. */
  static void redriven(Job job) {
    job.failures = 0;
    job.crashes = 0;
    job.misses = 0;
    job.snoozes = 0;
    job.cancel = false;
    job.held = null;
    job.state = JobState.READY;
  }
}
