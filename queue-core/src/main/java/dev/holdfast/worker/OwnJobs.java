package dev.holdfast.worker;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobKeys;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Enqueues what a worker enqueues of itself: the jobs of subscribers, and those that follow a
 * batch. All have idempotency keys, so that an enqueue whose answer was lost is simply done again.
 * Safe for use by many threads.
 */
final class OwnJobs {
  /** For one enqueue; its job is attempted again if that is over. Chosen, not measured. */
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private static final Duration MARGIN = Duration.ofMillis(500);

  private final WorkerPlan plan;
  private final JobKeys keys;

  OwnJobs(WorkerPlan plan) {
    this.plan = plan;
    this.keys = new JobKeys(plan.clock(), new SecureRandom());
  }

  /** A new key. */
  String nextKey() {
    return keys.next();
  }

  /**
   * Enqueues a job and waits for the answer.
   *
   * @throws HoldfastException if it is not known to be there
   */
  void enqueue(QueueRef queue, NewJob job) {
    CompletableFuture<EnqueueReply> answer =
        plan.engine().intake().enqueue(queue, List.of(job), plan.queueBound(), DEADLINE).get(0);
    EnqueueReply reply;
    try {
      reply = answer.get(DEADLINE.plus(MARGIN).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineUnavailableException("interrupted while job " + job.key() + " was sent", e);
    } catch (TimeoutException e) {
      throw new EngineUnavailableException("no answer to the enqueue of job " + job.key(), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HoldfastException known) {
        throw known;
      }
      throw new EngineUnavailableException(
          "the enqueue of job " + job.key() + " failed: " + e.getCause(), e);
    }
    plan.meters().enqueued(queue.name(), job.type(), reply.verdict());
    if (reply.verdict() == Verdict.FULL) {
      throw new QueueFullException(
          queue.name(),
          "queue "
              + queue.name()
              + " is at its bound of "
              + plan.queueBound()
              + " jobs (or what JobQueue.changeBound has set instead); a job of type "
              + job.type()
              + " waits until it has room");
    }
  }
}
