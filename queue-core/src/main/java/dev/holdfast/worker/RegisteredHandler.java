package dev.holdfast.worker;

import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.FlowOptions;
import dev.holdfast.job.BatchItem;
import dev.holdfast.job.JobContext;
import java.lang.reflect.Type;
import java.util.List;
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
 * @param gate one permit for each call that may run at once in this worker; null without a bound
 * @param code what is called
 */
record RegisteredHandler(
    String type,
    String queue,
    Type payload,
    String name,
    HandlerSettings settings,
    @Nullable Semaphore gate,
    Code code) {

  /** The payload of handlers of our own, which get its JSON as bytes, and no interceptor. */
  static final Type RAW = byte[].class;

  /** Whether it is one of our own. */
  boolean isOurs() {
    return RAW.equals(payload);
  }

  /** The user's code. */
  sealed interface Code permits Single, Batch, Flow {}

  /**
   * Code whose jobs are runs.
   *
   * @param options how its runs are kept
   * @param maker gives the handler for one attempt
   * @param hearsFailure whether it has an onFailure of its own
   * @param hearsCancel whether it has an onCancel of its own
   */
  record Flow(FlowOptions options, Maker maker, boolean hearsFailure, boolean hearsCancel)
      implements Code {
    /** Gives the user's code. */
    @FunctionalInterface
    interface Maker {
      /** The handler of one attempt. */
      FlowHandler<Object, Object> make() throws Exception;
    }
  }

  /** Code that is called for one job. */
  @FunctionalInterface
  non-sealed interface Single extends Code {
    /** Returns the result to store, or null. */
    @Nullable Object handle(Object payload, JobContext context) throws Exception;
  }

  /**
   * Code that is called for several jobs.
   *
   * @param options how many, and when
   * @param call calls it
   */
  record Batch(BatchOptions options, Call call) implements Code {
    /** Calls the user's code. */
    @FunctionalInterface
    interface Call {
      /** Each job has its outcome, or that of the call. */
      void handle(List<BatchItem<Object>> batch) throws Exception;
    }
  }
}
