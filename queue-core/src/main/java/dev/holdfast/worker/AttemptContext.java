package dev.holdfast.worker;

import dev.holdfast.job.Counters;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobKeys;
import dev.holdfast.job.LeaseLostException;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Codec;
import dev.holdfast.spi.Envelope;
import dev.holdfast.spi.Note;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One attempt as its handler sees it. */
final class AttemptContext implements JobContext {
  /** Longer than any command's time-out: the engine answers first. */
  private static final long CHECKPOINT_SECONDS = 5;

  private final ActiveJob job;
  private final Envelope envelope;
  private final Claiming claiming;
  private final Codec codec;
  private final long doubtNanos;
  private final Runnable onLeaseLost;
  private final AtomicReference<@Nullable VerbCall> verb = new AtomicReference<>();

  /** Made with the first note. */
  private final AtomicReference<@Nullable Notes> notes = new AtomicReference<>();

  /** The cursor as stored last; written by the attempt's threads. */
  private volatile byte @Nullable [] cursor;

  AttemptContext(
      ActiveJob job,
      Envelope envelope,
      Claiming claiming,
      Codec codec,
      long doubtNanos,
      Runnable onLeaseLost) {
    this.job = job;
    this.envelope = envelope;
    this.claiming = claiming;
    this.codec = codec;
    this.doubtNanos = doubtNanos;
    this.onLeaseLost = onLeaseLost;
    this.cursor = job.claim().checkpoint();
  }

  @Override
  public JobId id() {
    return job.id();
  }

  @Override
  public String type() {
    return job.claim().type();
  }

  @Override
  public String queue() {
    return job.consumer().queue().ref().name();
  }

  @Override
  public int attempt() {
    return job.claim().counters().nextAttempt();
  }

  @Override
  public Counters counters() {
    return job.claim().counters();
  }

  @Override
  public Optional<String> correlationId() {
    return Optional.ofNullable(envelope.correlationId());
  }

  @Override
  public Optional<String> traceparent() {
    return Optional.ofNullable(envelope.traceparent());
  }

  @Override
  public Map<String, String> headers() {
    return envelope.headers();
  }

  @Override
  public Instant enqueuedAt() {
    return JobKeys.instantOf(job.held().key());
  }

  @Override
  public long fencingToken() {
    return job.held().token().number();
  }

  // ---- notes ------------------------------------------------------------------------------------

  @Override
  public void progress(double fraction, String note) {
    if (job.phase() == ActiveJob.Phase.RUNNING) {
      notes().progress(fraction, note == null ? "" : note);
    }
  }

  @Override
  public void log(String line) {
    if (job.phase() == ActiveJob.Phase.RUNNING) {
      notes().log(String.valueOf(line));
    }
  }

  private Notes notes() {
    Notes made = notes.get();
    if (made == null) {
      made = new Notes(this::write, onLeaseLost);
      Notes before = notes.compareAndExchange(null, made);
      made = before == null ? made : before;
    }
    return made;
  }

  private CompletableFuture<Boolean> write(Note note) {
    return claiming.note(job.consumer().queue().ref(), job.held(), note);
  }

  /** Waits a moment for what the handler noted, so that a final state comes after it. */
  void flushNotes() {
    Notes made = notes.get();
    if (made != null) {
      made.flush(Notes.flushNanos());
    }
  }

  @Override
  public void checkpoint(Object newCursor) {
    Objects.requireNonNull(newCursor, "cursor");
    byte[] encoded = codec.encode("checkpoint of job " + id(), newCursor);
    if (job.phase() != ActiveJob.Phase.RUNNING || job.leaseLost()) {
      throw leaseLostException();
    }
    boolean stood;
    try {
      stood = write(new Note(null, null, encoded)).get(CHECKPOINT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unanswered("the thread was interrupted", e);
    } catch (TimeoutException e) {
      throw unanswered("no answer within " + CHECKPOINT_SECONDS + " s", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof HoldfastException ours) {
        throw ours;
      }
      throw unanswered(String.valueOf(cause), e);
    }
    if (!stood) {
      onLeaseLost.run();
      throw leaseLostException();
    }
    cursor = encoded;
  }

  private EngineUnavailableException unanswered(String why, Exception cause) {
    return new EngineUnavailableException(
        "checkpoint of job " + id() + " may or may not be stored: " + why, cause);
  }

  private LeaseLostException leaseLostException() {
    return new LeaseLostException(
        "checkpoint of job "
            + id()
            + " was not stored: this claim no longer stands, and the outcome will be refused");
  }

  @Override
  public <T> Optional<T> checkpoint(Class<T> type) {
    byte[] stored = cursor;
    return stored == null
        ? Optional.empty()
        : Optional.of(type.cast(codec.decode("checkpoint of job " + id(), stored, type)));
  }

  // ---- how the claim stands ---------------------------------------------------------------------

  @Override
  public boolean cancelled() {
    return job.cancelRequested();
  }

  @Override
  public boolean leaseInDoubt() {
    return job.leaseAgeNanos() > doubtNanos;
  }

  @Override
  public boolean leaseLost() {
    return job.leaseLost();
  }

  // ---- verbs ------------------------------------------------------------------------------------

  /** The first verb called, or null. */
  @Nullable VerbCall verb() {
    return verb.get();
  }

  @Override
  public Verb snooze(Duration delay) {
    throw call("snooze", new VerbCall.Snooze(wait(delay)));
  }

  @Override
  public Verb backOff(Duration delay) {
    throw call("backOff", new VerbCall.BackOff(wait(delay)));
  }

  private static Duration wait(Duration delay) {
    Objects.requireNonNull(delay, "delay");
    if (delay.isNegative() || delay.compareTo(OutcomeRules.LONGEST_WAIT) > 0) {
      throw new IllegalArgumentException(
          "delay is "
              + delay
              + "; it must be zero to "
              + OutcomeRules.LONGEST_WAIT.toDays()
              + " d");
    }
    return delay;
  }

  @Override
  public Verb retryAt(Instant instant) {
    throw call("retryAt", new VerbCall.RetryAt(Objects.requireNonNull(instant, "instant")));
  }

  @Override
  public Verb discard(String why) {
    if (verb.get() == null) {
      // The engine keeps no reason with a cancelled job; its own log does.
      log("discarded: " + why);
    }
    throw call("discard", new VerbCall.Discard(String.valueOf(why)));
  }

  @Override
  public Verb bury(String why) {
    throw call("bury", new VerbCall.Bury(String.valueOf(why)));
  }

  private Verb call(String name, VerbCall called) {
    verb.compareAndSet(null, called);
    return new Verb(name);
  }
}
