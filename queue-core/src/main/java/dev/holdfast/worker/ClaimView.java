package dev.holdfast.worker;

import dev.holdfast.job.ClaimedJob;
import dev.holdfast.job.Counters;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobKeys;
import dev.holdfast.job.LeaseLostException;
import dev.holdfast.spi.Envelope;
import dev.holdfast.spi.Note;
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

/**
 * A claim that has been read: its job as user code sees it, whatever kind of handler that is.
 * Subclasses add how the attempt may end.
 */
abstract class ClaimView implements ClaimedJob {
  /** Longer than any command's time-out: the engine answers first. */
  private static final long CHECKPOINT_SECONDS = 5;

  private final ActiveJob job;
  private final Envelope envelope;
  private final Object payload;
  private final WorkerPlan plan;

  /** Made with the first note. */
  private final AtomicReference<@Nullable Notes> notes = new AtomicReference<>();

  /** The cursor as stored last; written by the attempt's threads. */
  private volatile byte @Nullable [] cursor;

  ClaimView(ActiveJob job, Envelope envelope, Object payload, WorkerPlan plan) {
    this.job = job;
    this.envelope = envelope;
    this.payload = payload;
    this.plan = plan;
    this.cursor = job.claim().checkpoint();
  }

  final ActiveJob job() {
    return job;
  }

  final Object decoded() {
    return payload;
  }

  final Envelope envelope() {
    return envelope;
  }

  /** The value as it is stored with the job. */
  final byte[] encodeResult(Object result) {
    return plan.codec().encode("result of job " + id(), result);
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
    if (job.phase() == Phase.RUNNING) {
      notes().progress(fraction, note == null ? "" : note);
    }
  }

  @Override
  public void log(String line) {
    if (job.phase() == Phase.RUNNING) {
      notes().log(String.valueOf(line));
    }
  }

  private Notes notes() {
    Notes made = notes.get();
    if (made == null) {
      made = new Notes(this::write, this::leaseGone);
      Notes before = notes.compareAndExchange(null, made);
      made = before == null ? made : before;
    }
    return made;
  }

  private CompletableFuture<Boolean> write(Note note) {
    return plan.engine().claiming().note(job.consumer().queue().ref(), job.held(), note);
  }

  private void leaseGone() {
    job.consumer().leaseLost(job);
  }

  /** Waits for what the handler noted, so that a final state comes after it; at most so long. */
  void flushNotes(long nanos) {
    Notes made = notes.get();
    if (made != null) {
      made.flush(nanos);
    }
  }

  @Override
  public void checkpoint(Object newCursor) {
    Objects.requireNonNull(newCursor, "cursor");
    byte[] encoded = plan.codec().encode("checkpoint of job " + id(), newCursor);
    if (job.phase() != Phase.RUNNING || job.leaseLost()) {
      throw leaseLostException();
    }
    boolean stood;
    try {
      stood = write(new Note(null, null, encoded)).get(CHECKPOINT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      if (job.leaseLost()) {
        // That is what it was interrupted for.
        throw leaseLostException();
      }
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
      leaseGone();
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
        : Optional.of(type.cast(plan.codec().decode("checkpoint of job " + id(), stored, type)));
  }

  // ---- how the claim stands ---------------------------------------------------------------------

  @Override
  public boolean cancelled() {
    return job.cancelRequested();
  }

  @Override
  public boolean leaseInDoubt() {
    WorkerOptions options = plan.options();
    return job.leaseAgeNanos() > options.lease().minus(options.extendPeriod()).toNanos();
  }

  @Override
  public boolean leaseLost() {
    return job.leaseLost();
  }
}
