package dev.holdfast.worker;

import dev.holdfast.event.Awaited;
import dev.holdfast.event.EventTypes;
import dev.holdfast.flow.Mail;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.NonRetriableException;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.Priority;
import dev.holdfast.json.EventJson;
import dev.holdfast.json.EventJson.Reached;
import dev.holdfast.json.MailJson;
import dev.holdfast.spi.Envelope;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Topics.Subscriber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands one published event on: to each subscriber as a job of its own, and to the runs of each
 * queue that listen for it as a message.
 *
 * <p>It is the handler of the jobs that events are published by, so a crash half-way means that it
 * is called again. Then nothing is doubled: a subscriber's job has an idempotency key of event and
 * subscriber, a message the id of its event. A subscriber that cannot be reached, as its queue is
 * full, does not hold up the others: it is told again with the next attempt.
 */
final class EventFanOut implements RegisteredHandler.Single {
  private static final Logger log = LoggerFactory.getLogger(EventFanOut.class);

  private final WorkerPlan plan;
  private final OwnJobs jobs;

  EventFanOut(WorkerPlan plan, OwnJobs jobs) {
    this.plan = plan;
    this.jobs = jobs;
  }

  @Override
  public @Nullable Object handle(Object payload, JobContext context) {
    Mail.EventCame event;
    try {
      event = EventJson.decode((byte[]) payload);
    } catch (PayloadException e) {
      throw new NonRetriableException(String.valueOf(e.getMessage()), e);
    }
    HoldfastException failed = null;
    for (Subscriber each : plan.engine().topics().subscribers(event.type())) {
      try {
        if (each.name().startsWith(EventTypes.JOBS)) {
          enqueue(event, each, context);
        } else if (each.name().startsWith(EventTypes.RUNS)) {
          spread(event, each.how());
        }
      } catch (HoldfastException e) {
        if (failed == null) {
          failed = e;
        } else {
          failed.addSuppressed(e);
        }
      }
      requireGoing(event);
    }
    if (failed != null) {
      throw failed;
    }
    return null;
  }

  private void enqueue(Mail.EventCame event, Subscriber subscriber, JobContext context) {
    Reached reached = Reached.decode(subscriber.how());
    String type = subscriber.name().substring(EventTypes.JOBS.length());
    Envelope envelope =
        new Envelope(
            Envelope.VERSION,
            event.payload(),
            context.correlationId().orElse(null),
            context.traceparent().orElse(null),
            headers(event, context),
            Map.of());
    List<String> subjects = subjects(event, type, reached);
    // Before the run is there, so that no event of these types passes its queue by.
    reached.awaits().forEach(each -> plan.outlet().listens(each.type(), reached.queue()));
    jobs.enqueue(
        QueueRef.of(reached.queue()),
        new NewJob(
            jobs.nextKey(),
            type,
            Priority.NORMAL,
            NewJob.Start.NOW,
            new NewJob.Idempotency(
                EventTypes.idempotencyKey(event.type(), event.event(), type), EventTypes.KEPT),
            null,
            null,
            1,
            subjects.isEmpty() ? null : new NewJob.Ties(subjects, null, false),
            false,
            plan.envelopes().encode(envelope)));
  }

  private static Map<String, String> headers(Mail.EventCame event, JobContext context) {
    Map<String, String> headers = new HashMap<>(context.headers());
    headers.put("holdfast-event-id", event.event());
    headers.put("holdfast-event-type", event.type());
    if (!event.key().isEmpty()) {
      headers.put("holdfast-event-key", event.key());
    }
    headers.put("holdfast-event-at", event.at().toString());
    return headers;
  }

  /**
   * What the subscriber's run listens for. An event without such a key is no reason not to run: it
   * listens from its first wait on.
   */
  private List<String> subjects(Mail.EventCame event, String type, Reached reached) {
    List<String> subjects = new ArrayList<>();
    for (Awaited awaited : reached.awaits()) {
      String key = EventJson.key(awaited, event.payload());
      if (key == null || key.length() > 256) {
        log.warn(
            "event {} of type {} has no key at {}: the run of type {} listens for {} not before it"
                + " waits for it",
            event.event(),
            event.type(),
            awaited.pointer(),
            type,
            awaited.type());
      } else {
        subjects.add(EventTypes.subject(awaited.type(), key));
      }
    }
    return subjects.stream().distinct().toList();
  }

  private void spread(Mail.EventCame event, String queue) {
    QueueRef where = QueueRef.of(queue);
    String subject = EventTypes.subject(event.type(), event.key());
    byte[] bytes = MailJson.encode(event);
    String after = null;
    do {
      after = plan.engine().runs().spread(where, subject, event.id(), bytes, after);
      requireGoing(event);
    } while (after != null);
  }

  /** To return would be to have told all: an interrupted attempt is handed back, or fails. */
  private static void requireGoing(Mail.EventCame event) {
    if (Thread.currentThread().isInterrupted()) {
      throw new IllegalStateException(
          "interrupted before all were told of event " + event.event() + " of " + event.type());
    }
  }
}
