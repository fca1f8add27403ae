package dev.holdfast.testkit;

import dev.holdfast.job.HandlesJob;
import dev.holdfast.retry.ExceptionRule;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.worker.HandlerOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a handler's annotation says, for a handler that goes around it and has none. */
final class AnnotatedOptions {
  private AnnotatedOptions() {}

  /** As a worker reads them; nothing set if the class has no {@code HandlesJob}. */
  static HandlerOptions of(Class<?> handler) {
    HandlesJob annotation = annotation(handler);
    if (annotation == null) {
      return HandlerOptions.asAnnotated();
    }
    HandlerOptions.Builder options =
        HandlerOptions.builder()
            .retryPolicy(
                RetryPolicy.exponential(
                    annotation.maxAttempts(),
                    Duration.parse(annotation.backoffBase()),
                    Duration.parse(annotation.backoffMax())))
            .timeout(Duration.parse(annotation.timeout()))
            .concurrency(annotation.concurrency());
    if (annotation.globalConcurrency() > 0) {
      options.globalConcurrency(annotation.globalConcurrency());
    }
    for (Class<? extends Throwable> type : annotation.nonRetriable()) {
      options.exceptionRule(ExceptionRule.nonRetriable(type));
    }
    for (Class<? extends Throwable> type : annotation.discardOn()) {
      options.exceptionRule(ExceptionRule.discard(type));
    }
    return options.build();
  }

  private static @Nullable HandlesJob annotation(Class<?> handler) {
    for (Class<?> at = handler; at != null; at = at.getSuperclass()) {
      HandlesJob found = at.getDeclaredAnnotation(HandlesJob.class);
      if (found != null) {
        return found;
      }
    }
    return null;
  }
}
