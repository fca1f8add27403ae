package dev.holdfast.event;

import dev.holdfast.job.InvalidJobException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What one {@link Awaits} says, checked. Public for the worker and the doors alone.
 *
 * @param type the event type
 * @param pointer where the key is in the payload's JSON; "" for events without a key
 */
public record Awaited(String type, String pointer) {
  /** Checks that both are there. */
  public Awaited {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(pointer, "pointer");
  }

  /**
   * What the annotations of a payload class say, in their order; empty if it has none.
   *
   * @throws InvalidJobException if one names a class that is no event, or its key is no JSON
   *     pointer; names class and attribute
   */
  public static List<Awaited> of(Class<?> payload) {
    List<Awaited> all = new ArrayList<>();
    for (Awaits each : payload.getAnnotationsByType(Awaits.class)) {
      try {
        all.add(new Awaited(EventTypes.typeOf(each.value()), each.key()));
      } catch (InvalidJobException e) {
        throw new InvalidJobException(
            "@Awaits of " + payload.getName() + ", attribute value: " + e.getMessage(), e);
      }
      EventTypes.requirePointer("@Awaits of " + payload.getName(), each.key());
    }
    return List.copyOf(all);
  }
}
