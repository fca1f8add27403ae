package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.event.Awaits;
import dev.holdfast.event.EventType;
import dev.holdfast.event.Events;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.flow.ChildOptions;
import dev.holdfast.flow.Mail;
import dev.holdfast.flow.Outlet;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobType;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.json.EnvelopeJson;
import dev.holdfast.json.EventJson;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.Envelope;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Topics.Subscriber;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What publishing and awaiting ask of an engine, and what they refuse. */
class EventsDoorTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00.123Z");

  @EventType(value = "billing.paid", key = "/user/id")
  record Paid(User user, int cents) {}

  record User(Object id) {}

  @EventType("night.fell")
  record NightFell() {}

  @EventType(value = "bad.pointer", key = "user")
  record BadPointer() {}

  @EventType("no name")
  record BadName() {}

  @JobType(value = "trial", queue = "trials")
  @Awaits(value = Paid.class, key = "/userId")
  @Awaits(NightFell.class)
  record Trial(Object userId) {}

  @JobType("bad")
  @Awaits(String.class)
  record AwaitsNoEvent() {}

  @JobType("bad")
  @Awaits(value = Paid.class, key = "userId")
  record AwaitsBadPointer(int userId) {}

  private final RecordedEngine recorded = new RecordedEngine();
  private final Holdfast holdfast =
      Holdfast.on(recorded.engine, HoldfastOptions.builder().clock(() -> NOW).build());

  @AfterEach
  void close() {
    holdfast.close();
  }

  private Mail.EventCame published() {
    return EventJson.decode(envelope().payload());
  }

  private Envelope envelope() {
    return new EnvelopeJson().decode(recorded.jobs.get(0).envelope());
  }

  @Nested
  class Publishing {
    @Test
    void is_one_job_that_carries_the_event_and_is_known_by_it_for_seven_days() {
      Events.Published published =
          holdfast
              .events()
              .publish(
                  new Paid(new User(7), 100), PublishOptions.id("evt-1").withCorrelationId("c-1"));

      assertThat(published).isEqualTo(new Events.Published("evt-1", true));
      assertThat(recorded.calls).containsExactly("enqueue 1 to holdfast.events");
      NewJob job = recorded.jobs.get(0);
      assertThat(job.type()).isEqualTo("holdfast.event");
      assertThat(job.idempotency())
          .isEqualTo(new NewJob.Idempotency("event:billing.paid:evt-1", Duration.ofDays(7)));
      assertThat(envelope().correlationId()).isEqualTo("c-1");
      assertThat(published().event()).isEqualTo("evt-1");
      assertThat(published().type()).isEqualTo("billing.paid");
      assertThat(published().key()).isEqualTo("7");
      assertThat(published().at()).isEqualTo(NOW);
      assertThat(published().payload()).asString().isEqualTo("{\"user\":{\"id\":7},\"cents\":100}");
    }

    @Test
    void without_an_id_makes_one_and_the_options_key_wins() {
      Events.Published one = holdfast.events().publish(new NightFell());
      Events.Published two = holdfast.events().publish(new NightFell());
      assertThat(one.id()).isNotEqualTo(two.id());
      assertThat(published().key()).isEmpty();
      recorded.jobs.clear();
      holdfast
          .events()
          .publish(new Paid(new User(7), 1), PublishOptions.defaults().withKey("other"));
      assertThat(published().key()).isEqualTo("other");
    }

    @Test
    void again_under_an_id_says_that_it_was_there() {
      recorded.answer =
          job ->
              CompletableFuture.completedFuture(
                  new EnqueueReply(Verdict.EXISTING_IDEMPOTENCY_KEY, "01J9ZQ4K7MX3V5T8B2N6C1D0EF"));
      assertThat(holdfast.events().publish(new NightFell(), PublishOptions.id("e")))
          .isEqualTo(new Events.Published("e", false));
    }

    @Test
    void has_a_key_of_256_bytes_whatever_the_ids_length() {
      holdfast.events().publish(new NightFell(), PublishOptions.id("ü".repeat(128)));
      assertThat(recorded.jobs.get(0).idempotency().key()).hasSize("event:".length() + 64);
    }

    @Test
    void of_which_nobody_knows_what_became_names_the_events_id() {
      recorded.answer =
          job -> CompletableFuture.failedFuture(new OutcomeUnknownException(id(job), "late", null));
      assertThatExceptionOfType(OutcomeUnknownException.class)
          .isThrownBy(() -> holdfast.events().publish(new NightFell(), PublishOptions.id("evt-9")))
          .withMessageContaining("evt-9")
          .withMessageContaining("PublishOptions.id");
    }

    private static JobId id(NewJob job) {
      return new JobId(Events.QUEUE, 0, job.key());
    }

    @ParameterizedTest
    @MethodSource("dev.holdfast.EventsDoorTest#invalidEvents")
    void is_refused_if_the_class_or_its_key_says_what_cannot_be(Object event, String why) {
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> holdfast.events().publish(event))
          .withMessageContaining(why);
      assertThat(recorded.calls).isEmpty();
    }
  }

  static Stream<Object[]> invalidEvents() {
    return Stream.of(
        new Object[] {"text", "has no @EventType"},
        new Object[] {new BadName(), "attribute value"},
        new Object[] {new BadPointer(), "no JSON pointer"},
        new Object[] {new Paid(new User(null), 1), "/user/id"},
        new Object[] {new Paid(null, 1), "/user/id"},
        new Object[] {new Paid(new User(List.of(1)), 1), "/user/id"},
        new Object[] {new Paid(new User(""), 1), "empty"},
        new Object[] {new Paid(new User("x".repeat(257)), 1), "257 bytes"});
  }

  @Nested
  class Subscribers {
    @Test
    void are_those_with_jobs_and_are_taken_back_by_their_name() {
      recorded.subscribers.add(new Subscriber("await:trials", "trials"));
      recorded.subscribers.add(new Subscriber("job:mail.paid", "mail"));
      assertThat(holdfast.events().subscribers(Paid.class)).containsExactly("mail.paid");
      assertThat(holdfast.events().unsubscribe(Paid.class, "mail.paid")).isTrue();
      assertThat(recorded.calls).containsExactly("unsubscribe job:mail.paid from billing.paid");
    }
  }

  @Nested
  class Awaiting {
    @Test
    void is_told_to_the_engine_with_the_job_and_its_queue_is_subscribed_first_and_once() {
      holdfast.enqueue(new Trial(7));
      holdfast.enqueue(new Trial("x"), EnqueueOptions.defaults().queue("others"));
      holdfast.enqueueAll(List.of(new Trial(true), new Trial(8)));

      assertThat(recorded.calls)
          .containsExactly(
              "subscribe await:trials to billing.paid",
              "subscribe await:trials to night.fell",
              "enqueue 1 to trials",
              "subscribe await:others to billing.paid",
              "subscribe await:others to night.fell",
              "enqueue 1 to others",
              "enqueue 2 to trials");
      assertThat(recorded.jobs)
          .extracting(job -> job.ties().subjects())
          .containsExactly(
              List.of("billing.paid\t7", "night.fell\t"),
              List.of("billing.paid\tx", "night.fell\t"),
              List.of("billing.paid\ttrue", "night.fell\t"),
              List.of("billing.paid\t8", "night.fell\t"));
      assertThat(recorded.jobs).allMatch(job -> job.ties().parent() == null);
    }

    @Test
    void without_a_key_in_the_payload_is_refused_before_anything_is_sent() {
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> holdfast.enqueue(new Trial(null)))
          .withMessageContaining("@Awaits of " + Trial.class.getName())
          .withMessageContaining("billing.paid")
          .withMessageContaining("/userId");
      assertThat(recorded.calls).isEmpty();
    }

    @Test
    void with_a_key_that_replaces_payloads_is_refused() {
      for (var unique :
          List.of(
              dev.holdfast.job.Uniqueness.keepLatest("k"),
              dev.holdfast.job.Uniqueness.debounce(
                  "k", Duration.ofSeconds(1), Duration.ofSeconds(9)))) {
        assertThatExceptionOfType(InvalidJobException.class)
            .isThrownBy(
                () -> holdfast.enqueue(new Trial(7), EnqueueOptions.defaults().unique(unique)))
            .withMessageContaining("another payload");
      }
      assertThat(recorded.calls).isEmpty();
    }

    @Test
    void of_what_is_no_event_or_no_pointer_is_refused() {
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> holdfast.enqueue(new AwaitsNoEvent()))
          .withMessageContaining(AwaitsNoEvent.class.getName())
          .withMessageContaining("attribute value");
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> holdfast.enqueue(new AwaitsBadPointer(1)))
          .withMessageContaining("attribute key");
    }

    @Test
    void is_not_known_to_the_engine_and_nothing_is_enqueued_and_next_time_it_is_tried_again() {
      recorded.subscribing = new EngineUnavailableException("away");
      assertThatExceptionOfType(EngineUnavailableException.class)
          .isThrownBy(() -> holdfast.enqueue(new Trial(7)))
          .withMessageContaining("away");
      assertThat(holdfast.enqueueAll(List.of(new Trial(7))).get(0))
          .isInstanceOf(EnqueueResult.Rejected.class);
      assertThat(recorded.jobs).isEmpty();
      recorded.subscribing = null;
      holdfast.enqueue(new Trial(7));
      assertThat(recorded.jobs).hasSize(1);
    }
  }

  @Nested
  class OutletOfRuns {
    private final Outlet outlet = holdfast.outlet();
    private final Outlet.Carried carried = new Outlet.Carried("c-1", null);

    @Test
    void enqueues_a_child_under_its_id_and_ties_it_to_its_parent() {
      JobId parent = JobId.parse("flows~0~01J9ZQ4K7MX3V5T8B2N6C1D0EF");
      JobId id = outlet.newId(new Trial(7), ChildOptions.defaults());
      assertThat(id.queue()).isEqualTo("trials");
      outlet.enqueue(
          id,
          new Trial(7),
          ChildOptions.defaults().in(Duration.ofMinutes(5)).limitKey("tenant"),
          carried,
          parent);
      NewJob job = recorded.jobs.get(0);
      assertThat(job.key()).isEqualTo(id.key());
      assertThat(job.retry()).isTrue();
      assertThat(job.start().delay()).isEqualTo(Duration.ofMinutes(5));
      assertThat(job.limitKey()).isEqualTo("tenant");
      assertThat(job.ties())
          .isEqualTo(
              new NewJob.Ties(
                  List.of("billing.paid\t7", "night.fell\t"), parent.toString(), false));
      assertThat(envelope().correlationId()).isEqualTo("c-1");
    }

    @Test
    void publishes_what_is_carried_unless_the_options_say_otherwise() {
      outlet.publish(new NightFell(), PublishOptions.id("e"), carried);
      assertThat(envelope().correlationId()).isEqualTo("c-1");
      assertThat(published().event()).isEqualTo("e");
    }

    @Test
    void makes_events_reach_a_queue_once() {
      outlet.listens("billing.paid", "flows");
      outlet.listens("billing.paid", "flows");
      assertThat(recorded.calls).containsExactly("subscribe await:flows to billing.paid");
    }
  }
}
