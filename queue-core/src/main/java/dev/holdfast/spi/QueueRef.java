package dev.holdfast.spi;

import dev.holdfast.job.JobId;
import dev.holdfast.job.Naming;

/**
 * One partition of a queue: what a script works on.
 *
 * @param name the queue's name
 * @param partition 0 unless the queue is spread over several
 */
public record QueueRef(String name, int partition) {
  /** Checks the name. */
  public QueueRef {
    Naming.queue(name);
  }

  /** The only partition of a queue that is not spread. */
  public static QueueRef of(String name) {
    return new QueueRef(name, 0);
  }

  /** Where a job is. */
  public static QueueRef of(JobId id) {
    return new QueueRef(id.queue(), id.partition());
  }

  /** The id of a job here. */
  public JobId id(String key) {
    return new JobId(name, partition, key);
  }
}
