package dev.holdfast.redis.faults;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that is one row of the fault matrix, or one case of a row. It may ask for {@link Observed}
 * as a parameter, to record a recovery time against its bound.
 */
@Test
@Tag("fault")
@ExtendWith(FaultExtension.class)
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Fault {
  /**
   * The number of the row: 1 to 16 worker, 17 to 29 network, 30 to 46 Redis, 47 failover, 54 to 62
   * input, 63 to 67 limits, 68 to 74 flows, events and batches.
   */
  int row();

  /** What is broken. */
  String what();

  /** What must hold nevertheless. */
  String must();
}
