package dev.holdfast.testkit;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobKeys;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Ties;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.testkit.MemoryScope.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One job as it is stored. Its fields are open to the actors of the engine and guarded by the lock
 * of its queue; only {@link MemoryQueue} changes its state, together with the place it is in.
 */
final class MemoryJob {
  final String key;
  final String type;
  final MemoryNotes notes = new MemoryNotes();
  final MemoryJournal journal = new MemoryJournal();

  final @Nullable Uniqueness unique;

  final @Nullable String limitKey;

  /** How many permits a claim takes. */
  final int cost;

  /** What binds it to others. */
  final @Nullable Ties ties;

  /** How many messages make it ready, while it is suspended. */
  int wakeOn;

  /** The limit it waits for, and where it stands in that line, while it is parked. */
  @Nullable LimitScope parkedBy;

  @Nullable Place place;

  /** When it got in line, among others; kept until it is claimed, should it get there again. */
  @Nullable Long inLineSince;

  /** The home lane. */
  Priority priority;

  /** Null once it succeeded or was cancelled. */
  byte @Nullable [] envelope;

  JobState state = JobState.READY;
  StateReason reason = StateReason.ENQUEUED;

  /** Since when it is in its state, epoch ms; null: since its key's time. */
  @Nullable Long since;

  /** Since or from when it is ready, epoch ms. */
  long readyAt;

  int failures;
  int claims;
  int crashes;
  int misses;
  int snoozes;

  /** The token of the last claim; null before the first, and once that claim was reaped. */
  @Nullable ClaimToken token;

  @Nullable String consumer;
  boolean cancelRequested;

  /** When it was first missed, epoch ms; null: never. */
  @Nullable Long missedSince;

  MemoryJob(NewJob job, long readyAt) {
    this.key = job.key();
    this.type = job.type();
    this.unique = job.unique();
    this.limitKey = job.limitKey();
    this.cost = job.cost();
    this.ties = job.ties();
    this.priority = job.priority();
    this.envelope = job.envelope().clone();
    this.readyAt = readyAt;
  }

  /** The lane it waits in, now or when it is due. */
  Lane lane() {
    return crashes > 1 ? Lane.SUSPECT : Lane.of(priority);
  }

  /** Whether it waits in a lane or a line. */
  boolean stands() {
    return state == JobState.READY || state == JobState.PARKED;
  }

  /** Whether it is to be ready at an instant or, as a suspended run, when it is sent messages. */
  boolean isDueLater() {
    return state == JobState.SCHEDULED || state == JobState.WAITING;
  }

  /** Whether it waits in a lane or a line, for an instant or for messages. */
  boolean waits() {
    return stands() || isDueLater();
  }

  boolean ended() {
    return !waits() && state != JobState.ACTIVE;
  }

  /** Whether it is a run that has begun, and whose payload therefore must stay as it is. */
  boolean hasBegun() {
    return state == JobState.WAITING || journal.hasEntries();
  }

  int size() {
    return envelope == null ? 0 : envelope.length;
  }

  private Counters counters() {
    return new Counters(failures, claims, crashes, misses, snoozes);
  }

  /** The job as its holder is given it, with its journal or none; it must be active. */
  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  Claim claim(@Nullable Journal given) {
    long claimedAt = Objects.requireNonNull(since);
    long missed = missedSince == null ? claimedAt : missedSince;
    return new Claim(
        new Held(key, Objects.requireNonNull(token)),
        type,
        priority,
        lane() == Lane.SUSPECT,
        counters(),
        Duration.ofMillis(Math.max(0, claimedAt - readyAt)),
        Duration.ofMillis(Math.max(0, claimedAt - missed)),
        cancelRequested,
        notes.checkpoint(),
        given,
        Objects.requireNonNull(envelope).clone());
  }

  /**
   * The job as an onlooker sees it.
   *
   * @param runAt when it is due, if it is scheduled or suspended until an instant
   * @param keptUntil when retention may remove it, if it has ended
   */
  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  StoredJob view(@Nullable Long runAt, @Nullable Long keptUntil) {
    return new StoredJob(
        key,
        type,
        state,
        reason,
        since == null ? made() : Instant.ofEpochMilli(since),
        priority,
        runAt == null ? null : Instant.ofEpochMilli(runAt),
        parkedBy == null ? null : parkedBy.toString(),
        keptUntil == null ? null : Instant.ofEpochMilli(keptUntil),
        counters(),
        consumer,
        cancelRequested,
        notes.progress(),
        notes.history(),
        notes.log(),
        notes.result(),
        envelope == null ? null : envelope.clone(),
        null);
  }

  private Instant made() {
    return JobId.isKey(key) ? JobKeys.instantOf(key) : Instant.EPOCH;
  }
}
