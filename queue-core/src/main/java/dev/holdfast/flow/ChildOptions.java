package dev.holdfast.flow;

import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.Naming;
import dev.holdfast.job.Priority;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a run enqueues a job. Correlation id and trace context are the run's. Immutable: each method
 * returns changed options.
 *
 * @param queue where to; null: the queue of the job's type
 * @param delay how long it waits first
 * @param priority its lane
 * @param limitKey what it is counted under by limits of keys, or null
 */
public record ChildOptions(
    @Nullable String queue, Duration delay, Priority priority, @Nullable String limitKey) {
  private static final Duration LONGEST = Duration.ofDays(3660);
  private static final ChildOptions DEFAULTS =
      new ChildOptions(null, Duration.ZERO, Priority.NORMAL, null);

  /** Checks the queue and the delay; the limit key is checked when the job is enqueued. */
  public ChildOptions {
    if (queue != null) {
      Naming.queue(queue);
    }
    Objects.requireNonNull(priority, "priority");
    if (delay.isNegative() || delay.compareTo(LONGEST) > 0) {
      throw new InvalidJobException(
          "a delay of " + delay + " is out of range; it must be zero to 3,660 days");
    }
  }

  /** For now, in the queue of the job's type, at normal priority. */
  public static ChildOptions defaults() {
    return DEFAULTS;
  }

  /** Into another queue. Default: the queue of the job's type. */
  public ChildOptions queue(String name) {
    return new ChildOptions(name, delay, priority, limitKey);
  }

  /** After a delay, zero to 3,660 days. Default zero. */
  public ChildOptions in(Duration wait) {
    return new ChildOptions(queue, wait, priority, limitKey);
  }

  /** In another lane. Default normal. */
  public ChildOptions priority(Priority lane) {
    return new ChildOptions(queue, delay, lane, limitKey);
  }

  /** Counted under a key by limits of keys. Default none. */
  public ChildOptions limitKey(String key) {
    return new ChildOptions(queue, delay, priority, key);
  }
}
