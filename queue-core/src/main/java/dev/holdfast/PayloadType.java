package dev.holdfast;

import dev.holdfast.event.Awaited;
import dev.holdfast.event.EventTypes;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.JobType;
import dev.holdfast.job.Naming;
import dev.holdfast.json.JsonKey;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What {@code @JobType} and {@code @Awaits} say of a payload class, checked once a class.
 *
 * @param type the job type
 * @param queue the queue its jobs go to
 * @param awaits what its runs listen for from their enqueue on; empty for most
 */
record PayloadType(String type, String queue, List<Awaited> awaits) {
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
    return new PayloadType(annotation.value(), annotation.queue(), Awaited.of(payload));
  }

  /**
   * What a job of this type listens for.
   *
   * @param json its payload
   * @throws InvalidJobException if a key is not where an annotation says, or is no key
   */
  List<String> subjects(Class<?> payload, byte[] json) {
    if (awaits.isEmpty()) {
      return List.of();
    }
    Set<String> subjects = new LinkedHashSet<>();
    for (Awaited each : awaits) {
      String key = "";
      if (!each.pointer().isEmpty()) {
        key =
            keyAt(
                json,
                each.pointer(),
                "@Awaits of " + payload.getName() + ", event type " + each.type());
      }
      subjects.add(EventTypes.subject(each.type(), key));
    }
    return List.copyOf(subjects);
  }

  /**
   * The key that a pointer points to.
   *
   * @param whose whose pointer it is, for the message
   * @throws InvalidJobException if there is none
   */
  static String keyAt(byte[] json, String pointer, String whose) {
    String key = JsonKey.at(json, pointer);
    if (key == null) {
      throw new InvalidJobException(
          whose
              + ": its JSON has no text, number or boolean at "
              + Naming.quote(pointer)
              + "; nothing was sent");
    }
    try {
      return EventTypes.requireKey(key);
    } catch (InvalidNameException e) {
      throw new InvalidJobException(
          whose + ", at " + Naming.quote(pointer) + ": " + e.getMessage() + "; nothing was sent",
          e);
    }
  }
}
