package dev.holdfast.event;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Subscribes a handler or flow class to an event type: each event becomes one job for it, or one
 * run, whose payload is read from the event's JSON.
 *
 * <p>The subscription is stored when a worker with the handler starts, and stays until it is taken
 * back with {@code Events.unsubscribe}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Subscribes {
  /** The event's class, annotated with {@link EventType}. */
  Class<?> value();

  /**
   * The job type of the subscriber's jobs, which is its name, too. Default "": the {@code JobType}
   * of the handler's payload class; needed if that class has none, as an event's class has not.
   */
  String as() default "";

  /** The queue of its jobs. Default "": the queue of the {@code JobType}, else {@code default}. */
  String queue() default "";
}
