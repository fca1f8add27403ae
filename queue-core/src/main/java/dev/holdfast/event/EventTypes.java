package dev.holdfast.event;

import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.Naming;

/** What {@link EventType} says of classes, checked. */
public final class EventTypes {
  private EventTypes() {}

  /**
   * The event type of a class.
   *
   * @throws InvalidJobException if it has no annotation, or its value is no name
   */
  public static String typeOf(Class<?> event) {
    EventType annotation = annotationOf(event);
    try {
      return Naming.type(annotation.value());
    } catch (InvalidNameException e) {
      throw new InvalidJobException(
          "@EventType of " + event.getName() + ", attribute value: " + e.getMessage(), e);
    }
  }

  /**
   * Where the key is in the JSON of a class; "" if it has none.
   *
   * @throws InvalidJobException if the class has no annotation
   */
  public static String keyOf(Class<?> event) {
    return annotationOf(event).key();
  }

  /**
   * Checks a key.
   *
   * @throws InvalidNameException if it is none: 1 to 256 bytes without control characters
   */
  public static String requireKey(String key) {
    return Naming.key("event key", key);
  }

  /** What runs listen for: the type, a tab and the key. */
  public static String subject(String type, String key) {
    return type + "\t" + key;
  }

  private static EventType annotationOf(Class<?> event) {
    EventType annotation = event.getAnnotation(EventType.class);
    if (annotation == null) {
      throw new InvalidJobException(
          event.getName()
              + " has no @EventType; annotate the event's class with the stable name of its"
              + " events");
    }
    return annotation;
  }
}
