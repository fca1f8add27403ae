package dev.holdfast.event;

import java.time.Instant;
import java.util.Objects;

/**
 * Something that has happened and that others want to hear of.
 *
 * @param id told by it from all others of its type: published twice, it is heard of once
 * @param type its type
 * @param key what it is about; "" for nothing in particular
 * @param at when it was published, by the publisher's clock
 * @param payload what is to be said of it
 * @param <E> the payload's class
 */
public record Event<E>(String id, String type, String key, Instant at, E payload) {
  /** Checks that all parts are there. */
  public Event {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(payload, "payload");
  }
}
