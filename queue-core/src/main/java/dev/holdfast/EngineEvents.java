package dev.holdfast;

import dev.holdfast.event.EventTypes;
import dev.holdfast.event.Events;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.flow.Mail;
import dev.holdfast.flow.Outlet.Carried;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.Naming;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.json.EventJson;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Topics.Subscriber;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The door to events, on an engine's intake and its topics. */
final class EngineEvents implements Events {
  private final Engine engine;
  private final HoldfastOptions options;
  private final Enqueuer enqueuer;
  private final Runnable requireOpen;

  EngineEvents(Engine engine, HoldfastOptions options, Enqueuer enqueuer, Runnable requireOpen) {
    this.engine = engine;
    this.options = options;
    this.enqueuer = enqueuer;
    this.requireOpen = requireOpen;
  }

  @Override
  public Published publish(Object event, PublishOptions how) {
    return publish(event, how, new Carried(null, null));
  }

  /** Publishes an event that carries what a run carries, if the options say nothing else. */
  Published publish(@Nullable Object event, @Nullable PublishOptions how, Carried carried) {
    requireOpen.run();
    if (event == null || how == null) {
      throw new InvalidJobException(
          "the event or its options are null; use PublishOptions.defaults()");
    }
    String type = EventTypes.typeOf(event.getClass());
    String pointer = EventTypes.keyOf(event.getClass());
    byte[] json = enqueuer.encode(event);
    String key = how.key();
    if (key == null) {
      key =
          pointer.isEmpty()
              ? ""
              : PayloadType.keyAt(json, pointer, "@EventType of " + event.getClass().getName());
    }
    EnqueueOptions enqueue = enqueuer.intercepted(event, EventTypes.JOB, options(how, carried));
    String id = how.id() == null ? enqueuer.nextId(QUEUE).key() : how.id();
    byte[] payload =
        EventJson.encode(new Mail.EventCame(id, type, key, options.clock().instant(), json));
    Enqueuer.Prepared prepared =
        enqueuer.own(
            QUEUE,
            EventTypes.JOB,
            new NewJob.Idempotency(EventTypes.idempotencyKey(type, id), EventTypes.KEPT),
            enqueuer.enveloped(payload, enqueue));
    try {
      return new Published(id, enqueuer.send(prepared).created());
    } catch (OutcomeUnknownException e) {
      throw unknown(type, id, prepared.id(), e);
    }
  }

  private static EnqueueOptions options(PublishOptions how, Carried carried) {
    EnqueueOptions enqueue = EnqueueOptions.defaults();
    String correlationId =
        how.correlationId() == null ? carried.correlationId() : how.correlationId();
    if (correlationId != null) {
      enqueue = enqueue.correlationId(correlationId);
    }
    String traceparent = carried.traceparent();
    return traceparent == null ? enqueue : enqueue.traceparent(traceparent);
  }

  private static OutcomeUnknownException unknown(
      String type, String id, JobId job, OutcomeUnknownException e) {
    return new OutcomeUnknownException(
        job,
        "event "
            + Naming.quote(id)
            + " of type "
            + type
            + " may or may not be published; publish it again with PublishOptions.id of this id to"
            + " settle it: "
            + e.getMessage(),
        e);
  }

  @Override
  public List<String> subscribers(Class<?> event) {
    requireOpen.run();
    return engine.topics().subscribers(EventTypes.typeOf(event)).stream()
        .map(Subscriber::name)
        .filter(name -> name.startsWith(EventTypes.JOBS))
        .map(name -> name.substring(EventTypes.JOBS.length()))
        .toList();
  }

  @Override
  public boolean unsubscribe(Class<?> event, String subscriber) {
    requireOpen.run();
    return engine
        .topics()
        .unsubscribe(EventTypes.typeOf(event), EventTypes.JOBS + Naming.type(subscriber));
  }
}
