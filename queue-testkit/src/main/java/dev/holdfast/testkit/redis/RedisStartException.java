package dev.holdfast.testkit.redis;

import dev.holdfast.job.HoldfastException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Redis process was started but did not become ready; it has been killed. The message says why
 * and ends with the last lines the process printed.
 */
public final class RedisStartException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> output;

  RedisStartException(String problem, List<String> output, @Nullable Throwable cause) {
    super(
        problem
            + (output.isEmpty()
                ? "; it printed nothing"
                : "; it printed:\n  " + String.join("\n  ", output)),
        cause);
    this.output = List.copyOf(output);
  }

  /**
   * Gives the last lines that the process printed.
   *
   * @return at most 40 lines, unmodifiable
   */
  public List<String> output() {
    return output;
  }
}
