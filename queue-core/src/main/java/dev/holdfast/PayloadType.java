package dev.holdfast;

import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.JobType;
import dev.holdfast.job.Naming;

/**
 * What {@code @JobType} says of a payload class, checked once a class.
 *
 * @param type the job type
 * @param queue the queue its jobs go to
 */
record PayloadType(String type, String queue) {
  // A ClassValue, not a map: it does not keep the classes of an undeployed application alive.
  private static final ClassValue<PayloadType> KNOWN =
      new ClassValue<>() {
        @Override
        protected PayloadType computeValue(Class<?> payload) {
          return read(payload);
        }
      };

  /**
   * What the annotation of a class says.
   *
   * @throws InvalidJobException if it has none, or a value is no name; names class and attribute
   */
  static PayloadType of(Class<?> payload) {
    return KNOWN.get(payload);
  }

  private static PayloadType read(Class<?> payload) {
    JobType annotation = payload.getAnnotation(JobType.class);
    if (annotation == null) {
      throw new InvalidJobException(
          payload.getName()
              + " has no @JobType; annotate the payload class with the stable name of its jobs");
    }
    try {
      Naming.type(annotation.value());
    } catch (InvalidNameException e) {
      throw new InvalidJobException(
          "@JobType of " + payload.getName() + ", attribute value: " + e.getMessage(), e);
    }
    try {
      Naming.queue(annotation.queue());
    } catch (InvalidNameException e) {
      throw new InvalidJobException(
          "@JobType of " + payload.getName() + ", attribute queue: " + e.getMessage(), e);
    }
    return new PayloadType(annotation.value(), annotation.queue());
  }
}
