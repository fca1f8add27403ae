package dev.holdfast.spi;

import java.util.List;
import java.util.Objects;

/**
 * Who wants to hear of which events: small, and the same for all queues of a store. Safe for use by
 * many threads.
 */
public interface Topics {
  /** Adds a subscriber of an event type, or changes what is kept of it. */
  void subscribe(String event, Subscriber subscriber);

  /** Removes a subscriber; false if there was none. */
  boolean unsubscribe(String event, String name);

  /** The subscribers of an event type, by name. */
  List<Subscriber> subscribers(String event);

  /**
   * Who wants to hear of an event.
   *
   * @param name told by it from the others of the event type, 1 to 300 characters without control
   *     characters
   * @param how what is to be done, without control characters; opaque to the engine, at most 1,000
   *     characters
   */
  record Subscriber(String name, String how) {
    /** Checks that both are there. */
    public Subscriber {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(how, "how");
    }
  }
}
