package dev.holdfast.event;

import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.Naming;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;

/** What {@link EventType} says of classes, checked. */
public final class EventTypes {
  /** The names of subscribers that get jobs begin with it; the job type follows. */
  public static final String JOBS = "job:";

  /** The names of queues whose runs listen begin with it; the queue follows. */
  public static final String RUNS = "await:";

  /** The type of the jobs that events are published by. */
  public static final String JOB = "holdfast.event";

  /** How long an event is known by its id: published again until then, it is heard of once. */
  public static final Duration KEPT = Duration.ofDays(7);

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
   * @throws InvalidJobException if the class has no annotation, or its key is no JSON pointer
   */
  public static String keyOf(Class<?> event) {
    String pointer = annotationOf(event).key();
    requirePointer("@EventType of " + event.getName(), pointer);
    return pointer;
  }

  /** Checks the attribute key of an annotation: "" or a JSON pointer. */
  static void requirePointer(String annotation, String pointer) {
    if (!pointer.isEmpty() && pointer.charAt(0) != '/') {
      throw new InvalidJobException(
          annotation
              + ", attribute key: "
              + Naming.quote(pointer)
              + " is no JSON pointer; it begins with a slash, as in \"/userId\"");
    }
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

  /**
   * The idempotency key under which an event is published, or under which one subscriber gets its
   * job: {@code event:<type>:<id>}, or with {@code :<subscriber>} behind it. One that would have
   * more than 256 bytes is told from others by the SHA-256 of it.
   *
   * @param parts type, id and, if it is one subscriber's, its name
   */
  public static String idempotencyKey(String... parts) {
    return fitting("event:" + String.join(":", parts), 256, "event:");
  }

  /**
   * A text if it has at most so many bytes of UTF-8, else its SHA-256 behind a beginning.
   *
   * @param beginning what stands before the digest
   */
  public static String fitting(String text, int most, String beginning) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= most) {
      return text;
    }
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return beginning + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
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
