package dev.holdfast.job;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Gives a payload class its stable name on the wire and the queue it goes to. With it a producer
 * needs no handler, and the class may be renamed or moved without losing a job.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface JobType {
  /**
   * The stable name, 1 to 128 characters of {@code A-Z a-z 0-9 . _ -}. Stored with every job:
   * changing it orphans the jobs already enqueued.
   */
  String value();

  /** The queue that jobs of this type go to; the same rules as for names. Default "default". */
  String queue() default "default";
}
