package dev.holdfast.flow;

import dev.holdfast.event.PublishOptions;
import dev.holdfast.job.JobId;
import org.jspecify.annotations.Nullable;

/**
 * Where runs enqueue jobs and publish events. Public for the worker and the doors alone. Safe for
 * use by many threads; throws what {@code Holdfast.enqueue} does.
 */
public interface Outlet {
  /** A new id for a job of this payload, in its queue or that of the options. */
  JobId newId(Object payload, ChildOptions options);

  /**
   * Enqueues a job under an id, if it is not there.
   *
   * @param parent who is told when it ends, or null
   */
  void enqueue(
      JobId id, Object payload, ChildOptions options, Carried carried, @Nullable JobId parent);

  /** Publishes an event under the id of the options, which must be given. */
  void publish(Object event, PublishOptions options, Carried carried);

  /** Makes sure that events of a type reach runs of a queue that listen for them. */
  void listens(String eventType, String queue);

  /**
   * What a run hands on to what it enqueues.
   *
   * @param correlationId its correlation id, or null
   * @param traceparent its trace context, or null
   */
  record Carried(@Nullable String correlationId, @Nullable String traceparent) {}
}
