package dev.holdfast;

import dev.holdfast.event.EventTypes;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Topics.Subscriber;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes events reach the queues whose runs listen for them: subscribes a queue to an event type
 * before the first job that listens is enqueued, so that whatever is published once that job is
 * there finds its queue. Remembers what it has done; safe to repeat, and for use by many threads.
 */
final class Listening {
  private final Engine engine;

  /** Event type and queue, with a tab between. As many as an application has of both. */
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  Listening(Engine engine) {
    this.engine = engine;
  }

  /** Makes sure that what a job listens for reaches its queue. */
  void ensure(String queue, NewJob.@Nullable Ties ties) {
    if (ties != null) {
      for (String subject : ties.subjects()) {
        ensure(subject.substring(0, subject.indexOf('\t')), queue);
      }
    }
  }

  /** Makes sure that events of a type reach the runs of a queue. A round trip the first time. */
  void ensure(String eventType, String queue) {
    String pair = eventType + "\t" + queue;
    if (!known.contains(pair)) {
      engine.topics().subscribe(eventType, new Subscriber(EventTypes.RUNS + queue, queue));
      known.add(pair);
    }
  }
}
