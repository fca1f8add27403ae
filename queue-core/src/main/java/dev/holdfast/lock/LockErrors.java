package dev.holdfast.lock;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Turns what an engine's future failed with into an exception with the caller's frames. */
final class LockErrors {
  private LockErrors() {}

  static Throwable unwrap(Throwable error) {
    Throwable cause = error;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The exception to throw; the engine's own is its cause. */
  static HoldfastException of(String what, String lock, Throwable thrown) {
    Throwable cause = unwrap(thrown);
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof EngineUnavailableException) {
      return new EngineUnavailableException(message, cause);
    } else if (cause instanceof LockException) {
      return new LockException(message, cause);
    }
    return new EngineUnavailableException(
        what + " lock " + lock + " failed in the engine: " + cause, cause);
  }
}
