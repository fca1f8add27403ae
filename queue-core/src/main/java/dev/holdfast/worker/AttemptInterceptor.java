package dev.holdfast.worker;

import dev.holdfast.job.JobContext;

/**
 * Wraps every attempt on its handler's thread: to open a trace span, a tenant, a security context.
 * The first registered is the outermost; the MDC is set around them all. Beside a batch handler it
 * must be a {@link BatchInterceptor}.
 */
@FunctionalInterface
public interface AttemptInterceptor {
  /**
   * Runs something around an attempt.
   *
   * @param context the attempt
   * @param attempt the rest of the chain, the handler last; to be called exactly once. What it
   *     throws must be thrown on.
   * @throws Exception what the attempt throws, or an error of the interceptor: a failure of the
   *     attempt
   */
  void around(JobContext context, Chain attempt) throws Exception;

  /** The rest of the chain. */
  @FunctionalInterface
  interface Chain {
    /**
     * Goes on.
     *
     * @throws Exception what the attempt throws
     */
    void proceed() throws Exception;
  }
}
