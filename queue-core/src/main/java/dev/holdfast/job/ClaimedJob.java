package dev.holdfast.job;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A job that a worker has claimed, as the code that runs it sees it: who it is, how its claim
 * stands, and notes it may leave. A {@link JobContext} adds how an attempt of its own may end, a
 * {@link BatchItem} how one job of a batch does.
 *
 * <p>Do not keep one after the handler has returned. Safe for use by several threads.
 */
public interface ClaimedJob {
  /** The job's id, the same on every attempt. */
  JobId id();

  /** The job type. */
  String type();

  /** The queue the job is in. */
  String queue();

  /** Which attempt this is, from 1: failures so far + 1. Crashes and releases do not count. */
  int attempt();

  /** Failures, claims, crashes, misses and snoozes up to and with this claim. */
  Counters counters();

  /** The correlation id given at enqueue, if any. */
  Optional<String> correlationId();

  /** The W3C trace context given at enqueue, if any: the parent of what this attempt traces. */
  Optional<String> traceparent();

  /** The headers given at enqueue; never null, unmodifiable. */
  Map<String, String> headers();

  /** The tick of a schedule this job was enqueued for; empty if it was enqueued by hand. */
  default Optional<ScheduleTick> tick() {
    return ScheduleTick.of(headers());
  }

  /** When the job was enqueued, by the producer's clock. */
  Instant enqueuedAt();

  /**
   * A number that is higher for every later claim of any job of this queue partition. Hand it to
   * whatever the job writes to, and have that refuse a lower number than it has seen: then a worker
   * that was paused past its lease cannot overwrite the work of the one that replaced it.
   */
  long fencingToken();

  /**
   * Reports progress; shown by the job's status. Best effort: calls are joined so that at most one
   * is on its way, the last one wins, and nothing is thrown if the engine is away.
   *
   * @param fraction 0 to 1; values outside are cut to that range, NaN counts as 0
   * @param note a short text, cut to 200 characters
   */
  void progress(double fraction, String note);

  /**
   * Adds a line to the job's own log: its last 100 lines or 16 KiB are kept while the job is. Best
   * effort, like {@link #progress}.
   */
  void log(String line);

  /**
   * Stores a cursor from which the next attempt can go on. Durable when this returns: one round
   * trip. Dropped when the job succeeds.
   *
   * @param cursor any value the codec can write, at most 256 KiB
   * @throws PayloadException if it cannot be written as JSON or is too large; nothing was sent
   * @throws LeaseLostException if this claim no longer stands; nothing was written
   * @throws EngineUnavailableException if no answer came in time; the cursor may or may not be
   *     stored
   */
  void checkpoint(Object cursor);

  /**
   * The cursor that this or an earlier attempt stored last.
   *
   * @throws PayloadException if what is stored does not fit the class
   */
  <T> Optional<T> checkpoint(Class<T> type);

  /**
   * Whether somebody asked that this job ends. Learned within the extension period at the latest.
   * An attempt that then fails is cancelled; one that succeeds has succeeded all the same.
   */
  boolean cancelled();

  /**
   * Whether the lease could not be extended lately and may have run out: the engine is away or
   * slow. The attempt may go on; its outcome is accepted if the job was not reaped meanwhile.
   */
  boolean leaseInDoubt();

  /** Whether the engine said that this claim no longer stands. The outcome will be refused. */
  boolean leaseLost();
}
