package dev.holdfast.event;

import java.util.List;

/**
 * The door to events: publish them, and see who hears of them. Safe for use by many threads.
 *
 * <p>Publishing enqueues one job, in the queue {@value #QUEUE}; a worker with a subscriber or a
 * flow hands the event on from there: to each subscriber as a job of its own, exactly one however
 * often the event is published under its id within seven days, and to each run that listens for its
 * type and key. So an event is not lost once {@link #publish} has returned, and a crash half-way is
 * made good.
 */
public interface Events {
  /** The queue events go through. */
  String QUEUE = "holdfast.events";

  /** Publishes an event with an id of its own, and the key its class says. */
  default Published publish(Object event) {
    return publish(event, PublishOptions.defaults());
  }

  /**
   * Publishes an event. One round trip.
   *
   * @param event an object of a class annotated with {@link EventType}; written as JSON, at most
   *     255 KiB by default
   * @throws dev.holdfast.job.InvalidJobException if its class is not, or its key cannot be read;
   *     nothing was sent
   * @throws dev.holdfast.job.PayloadException if no JSON can be made of it; nothing was sent
   * @throws dev.holdfast.job.EngineUnavailableException if the engine did not answer in time;
   *     nothing was written
   * @throws dev.holdfast.job.OutcomeUnknownException if no answer came in time: publish it again
   *     under the same id
   */
  Published publish(Object event, PublishOptions options);

  /** The names of the subscribers of an event type. One round trip. */
  List<String> subscribers(Class<?> event);

  /**
   * Takes a subscription back; false if there was none. Jobs that are there stay. A worker with the
   * handler subscribes it again when it starts. One round trip.
   */
  boolean unsubscribe(Class<?> event, String subscriber);

  /**
   * What became of a publish.
   *
   * @param id the event's id
   * @param created whether this call published it; false: it was published under this id before
   */
  record Published(String id, boolean created) {}
}
