package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.event.Awaits;
import dev.holdfast.event.EventType;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.event.Subscribes;
import dev.holdfast.flow.Mail;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobType;
import dev.holdfast.json.MailJson;
import dev.holdfast.spi.QueueRef;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events from the publisher to who hears of them, without a server. */
@Timeout(60)
@HoldfastTest
class EventsOnMemoryTest {
  @EventType(value = "billing.paid", key = "/userId")
  record Paid(int userId, int cents) {}

  @JobType(value = "thank", queue = "mail")
  record Thank(int userId) {}

  @JobType(value = "trial", queue = "trials")
  @Awaits(value = Paid.class, key = "/userId")
  record Trial(int userId) {}

  /** Hears of the event itself. */
  @Subscribes(value = Paid.class, as = "paid.count", queue = "counts")
  static final class CountsPaid implements JobHandler<Paid> {
    private final Queue<String> heard;

    CountsPaid(Queue<String> heard) {
      this.heard = heard;
    }

    @Override
    public void handle(Paid event, JobContext context) {
      heard.add(
          "counted %d of %d, event %s of key %s, %s"
              .formatted(
                  event.cents(),
                  event.userId(),
                  context.headers().get("holdfast-event-id"),
                  context.headers().get("holdfast-event-key"),
                  context.correlationId().orElse("-")));
    }
  }

  /** Hears of it as a job of its own. */
  @Subscribes(Paid.class)
  static final class ThanksPaid implements JobHandler<Thank> {
    private final Queue<String> heard;

    ThanksPaid(Queue<String> heard) {
      this.heard = heard;
    }

    @Override
    public void handle(Thank job, JobContext context) {
      heard.add("thanked " + job.userId());
    }
  }

  private final Queue<String> heard = new ConcurrentLinkedQueue<>();

  private static void awaitSubscribers(Holdfast holdfast, String... names) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> holdfast.events().subscribers(Paid.class).equals(List.of(names)));
  }

  private void work(Holdfast holdfast, TestWorkers workers) {
    workers.start(worker -> worker.handler(new CountsPaid(heard)).handler(new ThanksPaid(heard)));
    awaitSubscribers(holdfast, "paid.count", "thank");
  }

  private static List<Mail> mail(InMemoryEngine engine, JobId id) {
    return engine.runs().read(QueueRef.of(id), id.key()).messages().stream()
        .map(message -> MailJson.decode(message.bytes()))
        .toList();
  }

  @Test
  void each_subscriber_hears_of_it_as_a_job_of_its_own(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    work(holdfast, workers);

    holdfast
        .events()
        .publish(new Paid(7, 100), PublishOptions.id("evt-1").withCorrelationId("c-1"));
    engine.letPass(Duration.ofSeconds(1));

    assertThat(heard)
        .containsExactlyInAnyOrder("counted 100 of 7, event evt-1 of key 7, c-1", "thanked 7");
  }

  @Test
  void published_again_under_its_id_it_is_heard_of_once(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    work(holdfast, workers);
    for (int i = 0; i < 3; i++) {
      assertThat(holdfast.events().publish(new Paid(7, 100), PublishOptions.id("e")).created())
          .isEqualTo(i == 0);
      engine.letPass(Duration.ofDays(2));
    }
    assertThat(heard).hasSize(2);
  }

  @Test
  void who_is_unsubscribed_hears_no_more(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    work(holdfast, workers);
    assertThat(holdfast.events().unsubscribe(Paid.class, "thank")).isTrue();
    assertThat(holdfast.events().unsubscribe(Paid.class, "thank")).isFalse();
    holdfast.events().publish(new Paid(7, 100));
    engine.letPass(Duration.ofSeconds(1));
    assertThat(heard).hasSize(1).allMatch(line -> line.startsWith("counted"));
  }

  @Test
  void a_full_queue_of_one_subscriber_holds_up_no_other_and_is_told_later(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    work(holdfast, workers);
    holdfast.queue("mail").pause();
    holdfast.queue("mail").changeBound(1);
    holdfast.enqueue(new Thank(1));
    holdfast.events().publish(new Paid(7, 100));
    await().atMost(Duration.ofSeconds(10)).until(() -> heard.size() == 1);
    holdfast.queue("mail").clearBound();
    holdfast.queue("mail").resume();
    engine.letPass(Duration.ofMinutes(5));
    assertThat(heard)
        .hasSize(3)
        .contains("thanked 1", "thanked 7")
        .anyMatch(line -> line.startsWith("counted 100 of 7"));
  }

  @Test
  void runs_that_listen_get_a_message_and_others_none(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    work(holdfast, workers);
    JobId seven = holdfast.enqueue(new Trial(7)).id();
    JobId eight = holdfast.enqueue(new Trial(8)).id();
    holdfast.queue("trials").pause();

    holdfast.events().publish(new Paid(7, 100), PublishOptions.id("e"));
    await().atMost(Duration.ofSeconds(10)).until(() -> !mail(engine, seven).isEmpty());
    await().atMost(Duration.ofSeconds(10)).until(() -> heard.size() == 2);

    assertThat(mail(engine, seven))
        .singleElement()
        .isInstanceOfSatisfying(
            Mail.EventCame.class,
            event -> {
              assertThat(event.event()).isEqualTo("e");
              assertThat(event.type()).isEqualTo("billing.paid");
              assertThat(event.key()).isEqualTo("7");
              assertThat(event.payload()).asString().contains("100");
            });
    assertThat(mail(engine, eight)).isEmpty();
  }
}
