package dev.holdfast.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.event.Awaits;
import dev.holdfast.event.EventType;
import dev.holdfast.event.Subscribes;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobType;
import dev.holdfast.spi.Topics;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code @Subscribes} makes of handlers. */
class SubscribingHandlersTest {
  @EventType("billing.paid")
  record Paid(int userId) {}

  @JobType(value = "thank", queue = "mail")
  @Awaits(value = Paid.class, key = "/userId")
  record Thank(int userId) {}

  @Subscribes(value = Paid.class, as = "paid.count", queue = "counts")
  static class CountsPaid implements JobHandler<Paid> {
    @Override
    public void handle(Paid event, JobContext context) {}
  }

  static final class Proxied extends CountsPaid {}

  @Subscribes(Paid.class)
  static final class ThanksPaid implements JobHandler<Thank> {
    @Override
    public void handle(Thank job, JobContext context) {}
  }

  @Subscribes(Paid.class)
  static final class Nameless implements JobHandler<Paid> {
    @Override
    public void handle(Paid event, JobContext context) {}
  }

  @Subscribes(value = Paid.class, as = "other")
  static final class TwoNames implements JobHandler<Thank> {
    @Override
    public void handle(Thank job, JobContext context) {}
  }

  @Subscribes(value = String.class, as = "x")
  static final class ToNoEvent implements JobHandler<Paid> {
    @Override
    public void handle(Paid event, JobContext context) {}
  }

  private final Handlers handlers = new Handlers();

  private void add(JobHandler<?> handler) {
    handlers.add(null, handler, HandlerOptions.asAnnotated());
  }

  private List<String> stored() {
    List<String> stored = new ArrayList<>();
    handlers
        .subscriptions()
        .store(
            new Topics() {
              @Override
              public void subscribe(String event, Subscriber subscriber) {
                stored.add(event + ": " + subscriber.name() + " " + subscriber.how());
              }

              @Override
              public boolean unsubscribe(String event, String name) {
                return false;
              }

              @Override
              public List<Subscriber> subscribers(String event) {
                return List.of();
              }
            });
    return stored;
  }

  @Test
  void an_events_class_has_its_job_type_and_queue_from_the_handler() {
    add(new Proxied());
    RegisteredHandler handler = handlers.find("paid.count");
    assertThat(handler.queue()).isEqualTo("counts");
    assertThat(handler.payload()).isEqualTo(Paid.class);
    assertThat(stored()).containsExactly("billing.paid: job:paid.count counts");
    assertThat(handlers.handsEventsOn()).isTrue();
  }

  @Test
  void a_payload_of_its_own_keeps_its_type_and_tells_what_it_awaits() {
    add(new ThanksPaid());
    assertThat(stored())
        .containsExactly(
            "billing.paid: job:thank"
                + " {\"queue\":\"mail\",\"awaits\":[[\"billing.paid\",\"/userId\"]]}");
  }

  @Test
  void a_handler_that_was_added_can_be_subscribed_by_its_type() {
    JobHandler<Thank> lambda = (job, context) -> {};
    handlers.add(Thank.class, lambda, HandlerOptions.asAnnotated());
    assertThat(handlers.handsEventsOn()).isFalse();
    handlers.subscribe(Paid.class, "thank", "mail");
    assertThat(stored()).hasSize(1);
    assertThatExceptionOfType(InvalidHandlerException.class)
        .isThrownBy(() -> handlers.subscribe(Paid.class, "thank", "mail"))
        .withMessageContaining("twice");
    assertThatExceptionOfType(InvalidHandlerException.class)
        .isThrownBy(() -> handlers.subscribe(Paid.class, "unknown", "mail"))
        .withMessageContaining("no handler");
    assertThatExceptionOfType(InvalidHandlerException.class)
        .isThrownBy(() -> handlers.subscribe(String.class, "thank", "mail"))
        .withMessageContaining("@EventType");
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatExceptionOfType(InvalidHandlerException.class)
        .isThrownBy(() -> add(new Nameless()))
        .withMessageContaining("@Subscribes(as");
    assertThatExceptionOfType(InvalidHandlerException.class)
        .isThrownBy(() -> add(new TwoNames()))
        .withMessageContaining("another job type");
    assertThatExceptionOfType(InvalidHandlerException.class)
        .isThrownBy(() -> add(new ToNoEvent()))
        .withMessageContaining("@EventType");
  }
}
