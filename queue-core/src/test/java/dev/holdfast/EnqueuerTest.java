package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.EnqueueResult.Rejected;
import dev.holdfast.EnqueueResult.Unknown;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.IdempotencyConflictException;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobType;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.json.EnvelopeJson;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.Envelope;
import dev.holdfast.spi.Intake;
import dev.holdfast.spi.Meters;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

/** How Holdfast waits for an engine's answers; the answers are given by the test. */
@Timeout(30)
class EnqueuerTest {
  private static final String OTHER = "01J9ZQ4K7MX3V5T8B2N6C1D0EF";

  @JobType(value = "mail.welcome", queue = "mail")
  public record Welcome(long userId) {}

  @JobType("other")
  public record Other(long userId) {}

  /** One call of the intake. */
  record Call(QueueRef queue, List<NewJob> jobs, long bound, Duration deadline) {}

  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final List<String> metered = new CopyOnWriteArrayList<>();
  private BiFunction<QueueRef, NewJob, CompletableFuture<EnqueueReply>> answer =
      (queue, job) -> created();

  private final Intake intake =
      (queue, jobs, bound, deadline) -> {
        calls.add(new Call(queue, List.copyOf(jobs), bound, deadline));
        return jobs.stream().map(job -> answer.apply(queue, job)).toList();
      };

  private final Engine engine =
      (Engine)
          Proxy.newProxyInstance(
              Engine.class.getClassLoader(),
              new Class<?>[] {Engine.class},
              (proxy, method, arguments) -> method.getName().equals("intake") ? intake : null);

  private final HoldfastOptions.Builder options =
      HoldfastOptions.builder()
          .enqueueDeadline(Duration.ofMillis(50))
          .meters(
              new Meters() {
                @Override
                public void enqueued(String queue, String type, Verdict verdict) {
                  metered.add(queue + " " + type + " " + verdict);
                }
              });

  private Holdfast holdfast = Holdfast.on(engine, options.build());

  @AfterEach
  void close() {
    holdfast.close();
    MDC.clear();
  }

  private static CompletableFuture<EnqueueReply> created() {
    return replied(Verdict.CREATED, null);
  }

  private static CompletableFuture<EnqueueReply> replied(Verdict verdict, String key) {
    return CompletableFuture.completedFuture(new EnqueueReply(verdict, key));
  }

  private Envelope envelope(int call, int job) {
    return new EnvelopeJson().decode(calls.get(call).jobs().get(job).envelope());
  }

  @Nested
  class One {
    @Test
    void is_sent_to_the_queue_of_its_type_and_metered() {
      Enqueued enqueued = holdfast.enqueue(new Welcome(7));
      assertThat(enqueued.created()).isTrue();
      Call call = calls.get(0);
      assertThat(call.queue()).isEqualTo(QueueRef.of("mail"));
      assertThat(call.bound()).isEqualTo(10_000_000);
      assertThat(call.deadline()).isEqualTo(Duration.ofMillis(50));
      assertThat(call.jobs()).hasSize(1);
      NewJob job = call.jobs().get(0);
      assertThat(job.type()).isEqualTo("mail.welcome");
      assertThat(job.key()).isEqualTo(enqueued.id().key());
      assertThat(job.retry()).isFalse();
      assertThat(job.start()).isEqualTo(NewJob.Start.NOW);
      assertThat(new String(job.envelope(), java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo("{\"v\":1,\"payload\":{\"userId\":7}}");
      assertThat(metered).containsExactly("mail mail.welcome CREATED");
    }

    @Test
    void that_is_retried_and_finds_no_engine_is_still_unknown() {
      answer =
          (queue, job) -> CompletableFuture.failedFuture(new EngineUnavailableException("away"));
      JobId id = new JobId("mail", 0, OTHER);
      EnqueueOptions again = EnqueueOptions.retryOf(id);
      assertThatExceptionOfType(OutcomeUnknownException.class)
          .isThrownBy(() -> holdfast.enqueue(new Welcome(7), again))
          .satisfies(e -> assertThat(e.id()).isEqualTo(id))
          .withMessageContaining("away");
      assertThat(holdfast.enqueueAsync(new Welcome(7), again))
          .failsWithin(10, TimeUnit.SECONDS)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void that_is_there_already_is_answered_with_the_rule() {
      answer = (queue, job) -> replied(Verdict.EXISTING_IDEMPOTENCY_KEY, OTHER);
      Enqueued byKey =
          holdfast.enqueue(new Welcome(7), EnqueueOptions.defaults().idempotencyKey("welcome:7"));
      assertThat(byKey)
          .isEqualTo(new Enqueued(new JobId("mail", 0, OTHER), Enqueued.Rule.IDEMPOTENCY_KEY));
      answer = (queue, job) -> replied(Verdict.EXISTING_ID, job.key());
      JobId id = new JobId("mail", 3, OTHER);
      Enqueued byId = holdfast.enqueue(new Welcome(7), EnqueueOptions.retryOf(id));
      assertThat(byId).isEqualTo(new Enqueued(id, Enqueued.Rule.ID));
      assertThat(calls.get(1).queue()).isEqualTo(new QueueRef("mail", 3));
      assertThat(calls.get(1).jobs().get(0).retry()).isTrue();
      assertThat(calls.get(1).jobs().get(0).key()).isEqualTo(OTHER);
    }

    @Test
    void that_is_one_of_a_unique_key_says_by_which_rule() {
      Map<Uniqueness, Enqueued.Rule> rules =
          Map.of(
              Uniqueness.untilStarted("k"), Enqueued.Rule.UNTIL_STARTED,
              Uniqueness.untilFinished("k"), Enqueued.Rule.UNTIL_FINISHED,
              Uniqueness.forWindow("k", Duration.ofHours(1)), Enqueued.Rule.WINDOW,
              Uniqueness.throttle("k", 3, Duration.ofHours(1)), Enqueued.Rule.THROTTLE);
      answer = (queue, job) -> replied(Verdict.EXISTING_UNIQUE_KEY, OTHER);
      rules.forEach(
          (unique, rule) -> {
            Enqueued enqueued =
                holdfast.enqueue(new Welcome(7), EnqueueOptions.defaults().unique(unique));
            assertThat(enqueued).isEqualTo(new Enqueued(new JobId("mail", 0, OTHER), rule));
            assertThat(enqueued.created()).isFalse();
            assertThat(enqueued.replaced()).isFalse();
          });
      answer = (queue, job) -> replied(Verdict.REPLACED, OTHER);
      Enqueued latest =
          holdfast.enqueue(
              new Welcome(7), EnqueueOptions.defaults().unique(Uniqueness.keepLatest("k")));
      assertThat(latest)
          .isEqualTo(new Enqueued(new JobId("mail", 0, OTHER), Enqueued.Rule.KEEP_LATEST));
      assertThat(latest.replaced()).isTrue();
    }

    @Test
    void that_is_debounced_starts_when_it_has_been_quiet() {
      Uniqueness rule = Uniqueness.debounce("k", Duration.ofSeconds(3), Duration.ofSeconds(9));
      holdfast.enqueue(new Welcome(7), EnqueueOptions.defaults().unique(rule));
      NewJob job = calls.get(0).jobs().get(0);
      assertThat(job.unique()).isEqualTo(rule);
      assertThat(job.start()).isEqualTo(new NewJob.Start(Duration.ofSeconds(3), null));
    }

    @Test
    void with_another_payload_under_its_key_is_a_conflict() {
      answer = (queue, job) -> replied(Verdict.CONFLICT, OTHER);
      EnqueueOptions options =
          EnqueueOptions.defaults().idempotencyKey("welcome:7").requireSamePayload();
      assertThatExceptionOfType(IdempotencyConflictException.class)
          .isThrownBy(() -> holdfast.enqueue(new Welcome(7), options))
          .withMessageContaining("welcome:7")
          .withMessageContaining("mail~0~" + OTHER)
          .satisfies(
              e -> {
                assertThat(e.existing()).isEqualTo(new JobId("mail", 0, OTHER));
                assertThat(e.key()).isEqualTo("welcome:7");
              });
      NewJob.Idempotency sent = calls.get(0).jobs().get(0).idempotency();
      assertThat(sent).isNotNull();
      assertThat(sent.samePayload()).isTrue();
      assertThat(sent.payload()).matches("[0-9a-f]{16}");
      assertThat(holdfast.enqueueAll(List.of(JobRequest.of(new Welcome(7), options))).get(0))
          .isInstanceOf(EnqueueResult.Rejected.class);
    }

    @Test
    void for_a_full_queue_is_an_exception() {
      answer = (queue, job) -> replied(Verdict.FULL, null);
      assertThatExceptionOfType(QueueFullException.class)
          .isThrownBy(() -> holdfast.enqueue(new Welcome(7)))
          .withMessageContaining("10000000")
          .satisfies(thrown -> assertThat(thrown.queue()).isEqualTo("mail"));
      assertThat(metered).containsExactly("mail mail.welcome FULL");
    }

    @Test
    void that_failed_shows_the_line_that_enqueued_and_keeps_the_cause() {
      for (HoldfastException failure :
          List.of(
              new EngineUnavailableException("redis://x did not answer"),
              new QueueCorruptException("mail", "jobs is a string", null),
              new QueueFullException("mail", "out of memory"))) {
        answer = (queue, job) -> CompletableFuture.failedFuture(failure);
        assertThatExceptionOfType(failure.getClass())
            .isThrownBy(() -> holdfast.enqueue(new Welcome(7)))
            .withMessage(failure.getMessage())
            .withCause(failure)
            .satisfies(thrown -> assertThat(thrown).hasStackTraceContaining("Holdfast.enqueue"));
      }
    }

    @Test
    void without_an_answer_is_unknown_once_the_deadline_is_over() {
      answer = (queue, job) -> new CompletableFuture<>();
      assertThatExceptionOfType(OutcomeUnknownException.class)
          .isThrownBy(() -> holdfast.enqueue(new Welcome(7)))
          .satisfies(
              thrown -> assertThat(thrown.id().key()).isEqualTo(calls.get(0).jobs().get(0).key()));
    }

    @Test
    void whose_engine_broke_is_unknown() {
      answer = (queue, job) -> CompletableFuture.failedFuture(new IllegalStateException("bug"));
      assertThatExceptionOfType(OutcomeUnknownException.class)
          .isThrownBy(() -> holdfast.enqueue(new Welcome(7)))
          .withMessageContaining("bug");
    }

    @Test
    void interrupted_while_it_waits_is_unknown_and_keeps_the_interrupt() {
      answer = (queue, job) -> new CompletableFuture<>();
      Thread.currentThread().interrupt();
      assertThatExceptionOfType(OutcomeUnknownException.class)
          .isThrownBy(() -> holdfast.enqueue(new Welcome(7)))
          .withMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Nested
  class WithContext {
    @Test
    void takes_the_correlation_id_of_the_mdc_unless_it_has_one() {
      MDC.put("correlationId", "req-1");
      holdfast.enqueue(new Welcome(7));
      holdfast.enqueue(new Welcome(7), EnqueueOptions.defaults().correlationId("own"));
      assertThat(envelope(0, 0).correlationId()).isEqualTo("req-1");
      assertThat(envelope(1, 0).correlationId()).isEqualTo("own");
    }

    @Test
    void leaves_out_what_is_no_correlation_id() {
      for (String bad : List.of("", "a\nb", "x".repeat(257))) {
        MDC.put("correlationId", bad);
        holdfast.enqueue(new Welcome(7));
      }
      assertThat(IntStream.range(0, 3).mapToObj(i -> envelope(i, 0).correlationId()))
          .containsOnlyNulls();
    }

    @Test
    void runs_the_interceptors_in_order_after_the_mdc() {
      MDC.put("correlationId", "req-1");
      List<String> seen = new ArrayList<>();
      Holdfast intercepted =
          Holdfast.on(
              engine,
              options
                  .enqueueInterceptor(
                      (payload, type, given) -> {
                        seen.add(type + " " + given.correlationId());
                        return given.header("tenant", "acme");
                      })
                  .enqueueInterceptor((payload, type, given) -> given.queue("elsewhere"))
                  .build());
      Enqueued enqueued = intercepted.enqueue(new Welcome(7));
      assertThat(seen).containsExactly("mail.welcome req-1");
      assertThat(enqueued.id().queue()).isEqualTo("elsewhere");
      assertThat(envelope(0, 0).headers()).isEqualTo(Map.of("tenant", "acme"));
    }
  }

  @Nested
  class Async {
    @Test
    void is_completed_on_a_daemon_thread_of_ours() throws Exception {
      CompletableFuture<EnqueueReply> reply = new CompletableFuture<>();
      answer = (queue, job) -> reply;
      CompletableFuture<Thread> completedOn =
          holdfast.enqueueAsync(new Welcome(7)).thenApply(enqueued -> Thread.currentThread());
      reply.complete(new EnqueueReply(Verdict.CREATED, null));
      Thread thread = completedOn.get(10, TimeUnit.SECONDS);
      assertThat(thread).isNotSameAs(Thread.currentThread());
      assertThat(thread.getName()).startsWith("holdfast-");
      assertThat(thread.isDaemon()).isTrue();
    }

    @Test
    void fails_with_what_an_enqueue_would_throw() {
      answer =
          (queue, job) -> CompletableFuture.failedFuture(new EngineUnavailableException("away"));
      assertFails(EngineUnavailableException.class);
      answer = (queue, job) -> replied(Verdict.FULL, null);
      assertFails(QueueFullException.class);
      answer = (queue, job) -> new CompletableFuture<>();
      assertFails(OutcomeUnknownException.class);
    }

    private void assertFails(Class<? extends HoldfastException> type) {
      CompletableFuture<Enqueued> future = holdfast.enqueueAsync(new Welcome(7));
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> future.get(10, TimeUnit.SECONDS))
          .withCauseInstanceOf(type);
    }

    @Test
    void beyond_its_places_waits_for_the_deadline_and_is_not_sent() {
      answer = (queue, job) -> new CompletableFuture<>();
      Holdfast patient =
          Holdfast.on(engine, options.enqueueDeadline(Duration.ofSeconds(5)).build());
      for (int i = 0; i < CompletionThreads.PLACES; i++) {
        patient.enqueueAsync(new Welcome(i));
      }
      assertThat(calls).hasSize(CompletionThreads.PLACES);
      Thread.currentThread().interrupt(); // Instead of waiting five seconds.
      CompletableFuture<Enqueued> oneTooMany = patient.enqueueAsync(new Welcome(-1));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(oneTooMany).isCompletedExceptionally();
      assertThat(calls).hasSize(CompletionThreads.PLACES);
    }

    @Test
    void that_is_cancelled_by_the_caller_leaves_the_engines_future_alone() {
      CompletableFuture<EnqueueReply> reply = new CompletableFuture<>();
      answer = (queue, job) -> reply;
      assertThat(holdfast.enqueueAsync(new Welcome(7)).cancel(true)).isTrue();
      assertThat(reply).isNotDone();
    }

    @Test
    void answered_after_close_is_still_completed() throws Exception {
      CompletableFuture<EnqueueReply> reply = new CompletableFuture<>();
      answer = (queue, job) -> reply;
      Holdfast patient =
          Holdfast.on(engine, options.enqueueDeadline(Duration.ofSeconds(20)).build());
      CompletableFuture<Enqueued> future = patient.enqueueAsync(new Welcome(7));
      patient.close();
      reply.complete(new EnqueueReply(Verdict.CREATED, null));
      assertThat(future.get(10, TimeUnit.SECONDS).created()).isTrue();
    }
  }

  @Nested
  class Many {
    @Test
    void are_grouped_by_queue_and_answered_in_the_order_given() {
      answer = (queue, job) -> job.type().equals("other") ? replied(Verdict.FULL, null) : created();
      List<EnqueueResult> results =
          holdfast.enqueueAll(
              List.of(
                  new Other(0),
                  new Welcome(1),
                  JobRequest.of(new Welcome(2), EnqueueOptions.defaults().queue("third")),
                  new Other(3),
                  new Welcome(4)),
              EnqueueOptions.defaults().correlationId("req-1"));
      assertThat(calls.stream().map(call -> call.queue().name() + call.jobs().size()))
          .containsExactly("default2", "mail2", "third1");
      assertThat(results.stream().map(result -> result.getClass().getSimpleName()))
          .containsExactly("Rejected", "Enqueued", "Enqueued", "Rejected", "Enqueued");
      assertThat(results.get(2).id().queue()).isEqualTo("third");
      assertThat(envelope(1, 0).correlationId()).isEqualTo("req-1");
      assertThat(envelope(2, 0).correlationId()).isNull();
      assertThat(results.stream().map(EnqueueResult::id).distinct()).hasSize(5);
    }

    @Test
    void of_a_long_list_are_sent_in_parts() {
      List<EnqueueResult> results =
          holdfast.enqueueAll(IntStream.range(0, 4_500).mapToObj(Welcome::new).toList());
      assertThat(calls.stream().map(call -> call.jobs().size())).containsExactly(2_000, 2_000, 500);
      assertThat(results).hasSize(4_500).allMatch(Enqueued.class::isInstance);
      assertThat(envelope(2, 499).payload()).asString().isEqualTo("{\"userId\":4499}");
      assertThat(results.get(4_499).id().key()).isEqualTo(calls.get(2).jobs().get(499).key());
    }

    @Test
    void are_not_sent_any_more_once_the_engine_is_away() {
      answer =
          (queue, job) -> CompletableFuture.failedFuture(new EngineUnavailableException("away"));
      List<EnqueueResult> results =
          holdfast.enqueueAll(IntStream.range(0, 4_500).mapToObj(Welcome::new).toList());
      assertThat(calls).hasSize(1);
      assertThat(results)
          .allSatisfy(
              result ->
                  assertThat(((Rejected) result).cause())
                      .isInstanceOf(EngineUnavailableException.class));
    }

    @Test
    void without_an_answer_are_unknown_and_wait_one_deadline_in_all() {
      answer =
          (queue, job) ->
              job.envelope()[job.envelope().length - 3] == '1'
                  ? new CompletableFuture<>()
                  : created();
      List<EnqueueResult> results =
          holdfast.enqueueAll(IntStream.range(0, 100).mapToObj(Welcome::new).toList());
      for (int i = 0; i < 100; i++) {
        assertThat(results.get(i)).isInstanceOf(i % 10 == 1 ? Unknown.class : Enqueued.class);
      }
    }

    @Test
    void of_a_corrupt_queue_leave_the_others_alone() {
      answer =
          (queue, job) ->
              queue.name().equals("mail")
                  ? CompletableFuture.failedFuture(new QueueCorruptException("mail", "bad", null))
                  : created();
      List<EnqueueResult> results = holdfast.enqueueAll(List.of(new Welcome(1), new Other(2)));
      assertThat(results.get(0)).isInstanceOf(Rejected.class);
      assertThat(results.get(1)).isInstanceOf(Enqueued.class);
    }

    @Test
    void interrupted_are_unknown_where_no_answer_was_there() {
      answer =
          (queue, job) -> {
            Thread.currentThread().interrupt(); // While it is sent: the wait for the answers ends.
            return new String(job.envelope(), java.nio.charset.StandardCharsets.UTF_8)
                    .contains(":2}")
                ? new CompletableFuture<>()
                : created();
          };
      List<EnqueueResult> results =
          holdfast.enqueueAll(
              List.of(new Welcome(1), new Welcome(2), new Welcome(3), new Other(4)));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(results.stream().map(result -> result.getClass().getSimpleName()))
          .containsExactly("Enqueued", "Unknown", "Enqueued", "Rejected");
      assertThat(calls).as("the second queue is not sent").hasSize(1);
    }

    @Test
    void of_an_interrupted_thread_are_not_sent() {
      Thread.currentThread().interrupt();
      List<EnqueueResult> none = holdfast.enqueueAll(List.of(new Welcome(1)));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(none).allMatch(Rejected.class::isInstance);
      assertThat(calls).isEmpty();
    }
  }

  @Nested
  class AfterCommit {
    private final List<Runnable> commits = new ArrayList<>();

    private Holdfast inTransaction(boolean active) {
      return Holdfast.on(
          engine,
          options
              .transactionBoundary(
                  new TransactionBoundary() {
                    @Override
                    public boolean isActive() {
                      return active;
                    }

                    @Override
                    public void afterCommit(Runnable action) {
                      commits.add(action);
                    }
                  })
              .build());
    }

    @Test
    void is_sent_with_the_commit_under_the_id_given_before() {
      JobId id = inTransaction(true).enqueueAfterCommit(new Welcome(7));
      assertThat(calls).isEmpty();
      commits.get(0).run();
      assertThat(calls.get(0).jobs().get(0).key()).isEqualTo(id.key());
    }

    @Test
    void is_sent_at_once_without_a_transaction() {
      JobId id = inTransaction(false).enqueueAfterCommit(new Welcome(7));
      assertThat(commits).isEmpty();
      assertThat(calls.get(0).jobs().get(0).key()).isEqualTo(id.key());
    }

    @Test
    void is_refused_where_nothing_knows_of_transactions() {
      Holdfast without = Holdfast.on(engine, options.build());
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> without.enqueueAfterCommit(new Welcome(7)))
          .withMessageContaining("transactionBoundary");
      assertThat(calls).isEmpty();
    }

    @Test
    void that_fails_tells_whoever_runs_the_callbacks() {
      inTransaction(true).enqueueAfterCommit(new Welcome(7));
      answer =
          (queue, job) -> CompletableFuture.failedFuture(new EngineUnavailableException("away"));
      assertThatExceptionOfType(EngineUnavailableException.class)
          .isThrownBy(() -> commits.get(0).run());
    }
  }
}
