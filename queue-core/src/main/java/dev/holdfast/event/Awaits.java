package dev.holdfast.event;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On the payload class of a flow: its runs listen for these events from their enqueue on, so that a
 * later wait finds one that came before it. Runs that a schedule enqueues listen from their first
 * wait on.
 *
 * <p>Checked when the first job of the class is enqueued. A job of such a class cannot be enqueued
 * with a debounce or keep-latest key, whose jobs get other payloads while they wait.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Awaits.List.class)
public @interface Awaits {
  /** The event's class, annotated with {@link EventType}. */
  Class<?> value();

  /**
   * Where the key is in the JSON of the flow's payload: a JSON pointer to a text, number or
   * boolean. Default "": events without a key.
   */
  String key() default "";

  /** Whether such an event ends the run as cancelled. Default no: it is for waits. */
  boolean cancels() default false;

  /** Several of them. */
  @Documented
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  @interface List {
    /** All of them. */
    Awaits[] value();
  }
}
