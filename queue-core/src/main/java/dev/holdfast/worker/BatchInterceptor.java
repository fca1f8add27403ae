package dev.holdfast.worker;

import dev.holdfast.job.ClaimedJob;
import java.util.List;

/**
 * An interceptor that wraps the calls of batch handlers, too. A worker with a batch handler takes
 * no other: an {@link AttemptInterceptor} that opens a tenant's context for a job would have to be
 * left out around a batch, and nobody would notice.
 */
public interface BatchInterceptor extends AttemptInterceptor {
  /**
   * Runs something around the call of a batch.
   *
   * @param batch its jobs, at least one; unmodifiable
   * @param call the rest of the chain, the handler last; to be called exactly once. What it throws
   *     must be thrown on.
   * @throws Exception what the call throws, or an error of the interceptor: a failure of every job
   *     without an outcome of its own
   */
  void aroundBatch(List<? extends ClaimedJob> batch, Chain call) throws Exception;
}
