package dev.holdfast;

import dev.holdfast.event.PublishOptions;
import dev.holdfast.flow.ChildOptions;
import dev.holdfast.flow.Outlet;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobId;
import org.jspecify.annotations.Nullable;

/** What runs enqueue and publish, done as the doors do it. */
final class EngineOutlet implements Outlet {
  private final Enqueuer enqueuer;
  private final EngineEvents events;

  EngineOutlet(Enqueuer enqueuer, EngineEvents events) {
    this.enqueuer = enqueuer;
    this.events = events;
  }

  @Override
  public JobId newId(Object payload, ChildOptions options) {
    requirePayload(payload);
    PayloadType type = PayloadType.of(payload.getClass());
    return enqueuer.nextId(options.queue() == null ? type.queue() : options.queue());
  }

  @Override
  public void enqueue(
      JobId id, Object payload, ChildOptions options, Carried carried, @Nullable JobId parent) {
    requirePayload(payload);
    EnqueueOptions how = EnqueueOptions.in(options.delay()).priority(options.priority());
    if (options.limitKey() != null) {
      how = how.limitKey(options.limitKey());
    }
    if (carried.correlationId() != null) {
      how = how.correlationId(carried.correlationId());
    }
    if (carried.traceparent() != null) {
      how = how.traceparent(carried.traceparent());
    }
    enqueuer.send(enqueuer.prepare(payload, how.retrying(id)).under(id, parent, false));
  }

  @Override
  public void publish(Object event, PublishOptions options, Carried carried) {
    if (options.id() == null) {
      throw new IllegalArgumentException("a run publishes an event without an id");
    }
    events.publish(event, options, carried);
  }

  @Override
  public void listens(String eventType, String queue) {
    enqueuer.listening().ensure(eventType, queue);
  }

  private static void requirePayload(@Nullable Object payload) {
    if (payload == null) {
      throw new InvalidJobException("payload is null; nothing was sent");
    }
  }
}
