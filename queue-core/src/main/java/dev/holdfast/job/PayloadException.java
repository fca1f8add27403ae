package dev.holdfast.job;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A payload, result or checkpoint is too large, too deep, or cannot be written or read as JSON.
 *
 * <p>Thrown before anything is sent. When a stored payload cannot be read by a worker, the job is
 * buried with {@link StateReason#MALFORMED} instead, its raw bytes kept.
 */
public final class PayloadException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with the payload. */
  public enum Problem {
    /** More bytes than the limit, 256 KiB by default. */
    TOO_LARGE,
    /** Nested deeper than the limit, 100 levels by default. */
    TOO_DEEP,
    /** No JSON can be made of it: a class without properties, a cycle, a lone surrogate. */
    NOT_SERIALIZABLE,
    /** The stored bytes are not JSON, or not JSON of the asked class. */
    UNREADABLE
  }

  private final Problem problem;

  /** Creates the exception. */
  public PayloadException(Problem problem, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.problem = Objects.requireNonNull(problem, "problem");
  }

  /** What is wrong. */
  public Problem problem() {
    return problem;
  }
}
