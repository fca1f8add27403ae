package dev.holdfast.job;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A key of this queue holds something Holdfast did not write there, or a layout this version does
 * not know. Nothing was changed. Other queues are not affected; a worker marks this one, reports it
 * in its health and tries again later.
 */
public final class QueueCorruptException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final String queue;

  /** Creates the exception for a queue. */
  public QueueCorruptException(String queue, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.queue = Objects.requireNonNull(queue, "queue");
  }

  /** The name of the queue that cannot be used. */
  public String queue() {
    return queue;
  }
}
