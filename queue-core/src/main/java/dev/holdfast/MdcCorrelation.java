package dev.holdfast;

import dev.holdfast.job.InvalidNameException;
import org.slf4j.MDC;

/**
 * Takes the correlation id from the caller's MDC when the options have none, so that a job carries
 * the id of the request it came from. What an MDC holds came from somewhere else: a value that is
 * no correlation id is left out, and does not make the enqueue fail.
 */
final class MdcCorrelation implements EnqueueInterceptor {
  /** The MDC key read here, and set around every attempt. */
  static final String KEY = "correlationId";

  @Override
  public EnqueueOptions beforeEnqueue(Object payload, String type, EnqueueOptions options) {
    if (options.correlationId() != null) {
      return options;
    }
    String fromMdc = MDC.get(KEY);
    if (fromMdc == null || fromMdc.isEmpty()) {
      return options;
    }
    try {
      return options.correlationId(fromMdc);
    } catch (InvalidNameException e) {
      return options;
    }
  }
}
