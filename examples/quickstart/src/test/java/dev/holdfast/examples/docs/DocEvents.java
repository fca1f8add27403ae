package dev.holdfast.examples.docs;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.event.Awaits;
import dev.holdfast.event.EventType;
import dev.holdfast.event.Events;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.event.Subscribes;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobType;
import java.time.Instant;
import java.util.List;

/** The code that {@code docs/events.md} shows; {@code DocsTest} compares. */
final class DocEvents {
  private DocEvents() {}

  // tag::event[]
  @EventType(value = "billing.subscribed", key = "/userId")
  public record Subscribed(long userId, String plan) {}

  // end::event[]

  static boolean publish(Events events, String invoice) {
    // tag::publish[]
    events.publish(new Subscribed(7, "pro"));

    Events.Published published =
        events.publish(new Subscribed(7, "pro"), PublishOptions.id("invoice-" + invoice));
    boolean first = published.created(); // false: it was published under this id before
    // end::publish[]
    return first;
  }

  /** Counts. */
  interface Figures {
    /** One more; the same key counts once. */
    void subscribed(String plan, String key);
  }

  // tag::subscriber[]
  @Subscribes(value = Subscribed.class, as = "figures.subscribed", queue = "figures")
  public static final class CountSubscribed implements JobHandler<Subscribed> {
    private final Figures figures;

    public CountSubscribed(Figures figures) {
      this.figures = figures;
    }

    @Override
    public void handle(Subscribed event, JobContext context) {
      figures.subscribed(event.plan(), context.id().toString());
    }
  }

  // end::subscriber[]

  // tag::own-payload[]
  @JobType(value = "welcome.pack", queue = "mail")
  public record SendWelcomePack(long userId) {} // the part of the event it needs

  // end::own-payload[]

  /** Sends the pack. */
  @FunctionalInterface
  interface Packs {
    /** Sends one; the same key sends one. */
    void send(long userId, String key);
  }

  static Worker subscribe(Holdfast holdfast, Packs packs) {
    // tag::subscribe[]
    Worker worker =
        Worker.on(holdfast)
            .handler(
                SendWelcomePack.class,
                (job, context) -> packs.send(job.userId(), context.id().toString()))
            .subscribe(Subscribed.class, "welcome.pack", "mail")
            .start();
    // end::subscribe[]
    return worker;
  }

  // tag::cancels[]
  @JobType(value = "trial.expiry", queue = "billing")
  @Awaits(value = Subscribed.class, key = "/userId", cancels = true)
  public record TrialStarted(long userId, Instant endsAt) {}

  // end::cancels[]

  static boolean subscribers(Events events) {
    // tag::subscribers[]
    List<String> names = events.subscribers(Subscribed.class);
    boolean was = events.unsubscribe(Subscribed.class, "figures.subscribed");
    // end::subscribers[]
    return was && !names.isEmpty();
  }
}
