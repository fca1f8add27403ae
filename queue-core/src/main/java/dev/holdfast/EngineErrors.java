package dev.holdfast;

import dev.holdfast.job.ClosedException;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.job.QueueFullException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Turns what an engine's future failed with into an exception of the caller: of the same class,
 * with the caller's frames, the engine's own as its cause. Without that the stack trace would show
 * an engine's thread only, and not which line enqueued.
 */
final class EngineErrors {
  private EngineErrors() {}

  /** The exception to throw for a job whose enqueue failed. */
  static HoldfastException of(Enqueuer.Prepared prepared, Throwable thrown) {
    JobId id = prepared.id();
    Throwable cause = thrown;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = String.valueOf(cause.getMessage());
    if (prepared.job().retry()) {
      // Whatever became of this call: the one before may have written the job.
      return unknown(id, "this retry settled nothing (" + message + ")", cause);
    } else if (cause instanceof EngineUnavailableException) {
      return new EngineUnavailableException(message, cause);
    } else if (cause instanceof QueueFullException e) {
      QueueFullException full = new QueueFullException(e.queue(), message);
      full.initCause(cause);
      return full;
    } else if (cause instanceof QueueCorruptException e) {
      return new QueueCorruptException(e.queue(), message, cause);
    } else if (cause instanceof ClosedException) {
      return new ClosedException(message, cause);
    } else if (cause instanceof OutcomeUnknownException) {
      return new OutcomeUnknownException(id, message, cause);
    } else if (cause instanceof TimeoutException) {
      return unknown(id, "no answer came within the deadline", cause);
    }
    // A fault of the engine: whether the job was written, nobody knows.
    return unknown(id, "the engine failed: " + cause, cause);
  }

  /** The exception for a job that may be in its queue. */
  static OutcomeUnknownException unknown(JobId id, String why, Throwable cause) {
    return new OutcomeUnknownException(
        id,
        "enqueue of job "
            + id
            + ": "
            + why
            + "; it may or may not be in its queue. Enqueue it again with"
            + " EnqueueOptions.retryOf(id) to settle it",
        cause);
  }
}
