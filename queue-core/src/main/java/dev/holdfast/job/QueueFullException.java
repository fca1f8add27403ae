package dev.holdfast.job;

import java.util.Objects;

/**
 * The queue holds as many jobs as its bound allows, or the store has no memory left. The job was
 * not added. Retry later, raise the bound, or add workers.
 */
public final class QueueFullException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final String queue;

  /** Creates the exception for a queue. */
  public QueueFullException(String queue, String message) {
    super(message);
    this.queue = Objects.requireNonNull(queue, "queue");
  }

  /** The name of the queue that refused the job. */
  public String queue() {
    return queue;
  }
}
