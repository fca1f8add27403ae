package dev.holdfast.worker;

import dev.holdfast.event.Awaited;
import dev.holdfast.event.EventTypes;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.json.EventJson.Reached;
import dev.holdfast.spi.Topics;
import dev.holdfast.spi.Topics.Subscriber;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the handlers of a worker subscribe to. Filled by one thread, then only read. */
final class Subscriptions {
  private static final int MOST_HOW = 1_000;

  private record Subscription(String event, Subscriber subscriber) {}

  private final List<Subscription> all = new ArrayList<>();
  private final Set<String> queues = new LinkedHashSet<>();

  /**
   * Adds one.
   *
   * @param event the event type
   * @param type the type of the subscriber's jobs
   * @param queue their queue
   * @param awaits what its runs listen for from their enqueue on
   * @throws InvalidHandlerException if the type is subscribed to this event already, or awaits more
   *     than can be kept
   */
  void add(String event, String type, String queue, List<Awaited> awaits) {
    Subscriber subscriber =
        new Subscriber(EventTypes.JOBS + type, new Reached(queue, awaits).encode());
    if (subscriber.how().length() > MOST_HOW) {
      throw new InvalidHandlerException(
          "job type " + type + " has too many @Awaits to be subscribed to event " + event);
    }
    for (Subscription each : all) {
      if (each.event().equals(event) && each.subscriber().name().equals(subscriber.name())) {
        throw new InvalidHandlerException(
            "job type " + type + " is subscribed to event " + event + " twice");
      }
    }
    all.add(new Subscription(event, subscriber));
    queues.add(queue);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** The queues of subscribers, in the order added. */
  Set<String> queues() {
    return queues;
  }

  /** Stores all of them. Safe to repeat. */
  void store(Topics topics) {
    all.forEach(each -> topics.subscribe(each.event(), each.subscriber()));
  }
}
