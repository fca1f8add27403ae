package dev.holdfast.event;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Makes a class the payload of an event type. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface EventType {
  /** The stable name of the event type, such as {@code billing.subscribed}: as a job type's. */
  String value();

  /**
   * Where its key is in the payload's JSON: a JSON pointer to a text, number or boolean, such as
   * {@code /userId}. Default "": events of this type have no key unless they are given one.
   */
  String key() default "";
}
