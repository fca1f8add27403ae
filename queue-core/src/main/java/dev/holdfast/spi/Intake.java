package dev.holdfast.spi;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Where jobs are added to queues. */
public interface Intake {
  /**
   * Adds jobs to one queue. Each job is wholly present or absent; the list is not one transaction.
   * Ambiguous calls are retried idempotently inside the engine until the deadline.
   *
   * @param queue where to
   * @param jobs in order; any number, the engine cuts them into calls
   * @param bound how many jobs the queue may hold before the rest is answered FULL
   * @param deadline how long the engine may try
   * @return one future a job, in order. Completed normally with the reply, or exceptionally with
   *     {@code EngineUnavailableException} (not written), {@code OutcomeUnknownException} (may be
   *     written), {@code QueueFullException} (the store is out of memory) or {@code
   *     QueueCorruptException}. May be completed on a thread of the engine: do not block in it.
   */
  List<CompletableFuture<EnqueueReply>> enqueue(
      QueueRef queue, List<NewJob> jobs, long bound, Duration deadline);
}
