package dev.holdfast.job;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An engine cannot be opened or must not be used as it is configured. The message names the host
 * and what to change, never a password.
 */
public final class EngineRefusedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Why the engine was refused. */
  public enum Problem {
    /** No connection: wrong host or port, server down, or a network between that drops packets. */
    UNREACHABLE,
    /** The server rejects the user or password, or the user may not run what Holdfast needs. */
    ACCESS_DENIED,
    /** Another kind of server than the URI says: a Cluster node, a Sentinel, or neither. */
    WRONG_TOPOLOGY,
    /** The server is a replica and refuses writes. */
    READ_ONLY,
    /** The server is older than the oldest version Holdfast works with. */
    TOO_OLD,
    /** A setting under which jobs can be lost, refused in strict mode. */
    UNSAFE_SETTING,
    /** The stored layout was written by a newer Holdfast. */
    UNKNOWN_LAYOUT
  }

  private final Problem problem;

  /** Creates the exception. */
  public EngineRefusedException(Problem problem, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.problem = Objects.requireNonNull(problem, "problem");
  }

  /** Why the engine was refused. */
  public Problem problem() {
    return problem;
  }
}
