package dev.holdfast.job;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Settings of a handler class. Every attribute is optional, and every one can be overridden by
 * {@code HandlerOptions} at registration. Values are checked when the handler is registered.
 *
 * <p>Durations are ISO-8601, such as {@code PT30S}, {@code PT2M} or {@code P1D}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface HandlesJob {
  /** Attempts before the job is dead, 1 to 1,000. Default 5. */
  int maxAttempts() default 5;

  /** Time one attempt may take, 1 ms to 30 days. Default one hour. */
  String timeout() default "PT1H";

  /** Attempts of this type that may run at once in this process, 1 to 10,000. Default 10,000. */
  int concurrency() default 10_000;

  /**
   * Jobs of this type that may be active at once in a queue, in all processes, 1 to 1,000,000; 1
   * makes it a singleton. Each worker sets it, as the limit of the type, in the queues it reads
   * before it claims from them. Default 0: whatever limit the type has is left alone.
   */
  int globalConcurrency() default 0;

  /** The base of the exponential backoff: the wait after n failures is base·2^n. Default 1 s. */
  String backoffBase() default "PT1S";

  /** The most the backoff grows to. Default 60 s. */
  String backoffMax() default "PT1M";

  /** Exceptions, subclasses included, that bury the job at once. Default none. */
  Class<? extends Throwable>[] nonRetriable() default {};

  /** Exceptions, subclasses included, that discard the job. Default none. */
  Class<? extends Throwable>[] discardOn() default {};
}
