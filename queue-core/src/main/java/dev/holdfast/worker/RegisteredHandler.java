package dev.holdfast.worker;

import dev.holdfast.job.JobContext;
import java.lang.reflect.Type;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A handler as a worker calls it.
 *
 * @param type the job type it is for
 * @param queue the queue of that type by its annotation
 * @param payload what the payload is decoded to
 * @param name its class, for messages
 * @param settings how it runs
 * @param gate one permit for each attempt that may run at once in this worker; null without a bound
 * @param call calls it
 */
record RegisteredHandler(
    String type,
    String queue,
    Type payload,
    String name,
    HandlerSettings settings,
    @Nullable Semaphore gate,
    Call call) {

  /** Calls the user's code. */
  @FunctionalInterface
  interface Call {
    /** Returns the result to store, or null. */
    @Nullable Object handle(Object payload, JobContext context) throws Exception;
  }
}
