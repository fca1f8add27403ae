package dev.holdfast;

/**
 * Sees every enqueue before it is validated and sent, and may change its options: to add a header,
 * a trace context, a correlation id. Runs on the caller's thread, in the order registered.
 */
@FunctionalInterface
public interface EnqueueInterceptor {
  /**
   * Returns the options to go on with.
   *
   * @param payload the payload, not to be changed
   * @param type the job type
   * @param options the options so far
   * @return the same or changed options; what it throws reaches the caller, and nothing is sent
   */
  EnqueueOptions beforeEnqueue(Object payload, String type, EnqueueOptions options);
}
