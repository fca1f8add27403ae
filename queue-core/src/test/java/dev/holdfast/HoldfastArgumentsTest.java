package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.deadletter.DeadLetterFilter;
import dev.holdfast.deadletter.DeadLetterQueue;
import dev.holdfast.job.ClosedException;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobType;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.PayloadException.Problem;
import dev.holdfast.job.Priority;
import dev.holdfast.spi.Codec;
import dev.holdfast.spi.Engine;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input: a clear typed error, and the engine is not asked. */
class HoldfastArgumentsTest {
  private static final JobId ID = JobId.parse("mail~0~01J9ZQ4K7MX3V5T8B2N6C1D0EF");

  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  /** Counts what it is asked, and can do nothing but close. */
  private final Engine engine =
      (Engine)
          Proxy.newProxyInstance(
              Engine.class.getClassLoader(),
              new Class<?>[] {Engine.class},
              (proxy, method, arguments) -> {
                switch (method.getName()) {
                  case "close" -> closed.incrementAndGet();
                  case "describe" -> {
                    return "an engine that is never asked";
                  }
                  default -> {
                    asked.incrementAndGet();
                    throw new AssertionError("the engine was asked: " + method);
                  }
                }
                return null;
              });

  private final Holdfast holdfast = Holdfast.on(engine);

  @JobType(value = "mail.welcome", queue = "mail")
  public record Welcome(long userId, Object extra) {}

  public record Bare(long userId) {}

  @JobType("welcome*")
  public record BadType() {}

  @JobType(value = "welcome", queue = "ma}il")
  public record BadQueue() {}

  @AfterEach
  void nothing_was_sent() {
    assertThat(asked).hasValue(0);
  }

  @Nested
  class OneJob {
    @Test
    void without_a_payload() {
      invalid(() -> holdfast.enqueue(null), "payload is null");
      invalid(() -> holdfast.enqueue(new Welcome(7, "x"), null), "options are null");
      invalid(() -> holdfast.enqueueAsync(null), "payload is null");
      invalid(() -> holdfast.enqueueAfterCommit(null), "payload is null");
    }

    @Test
    void of_a_class_that_says_no_type_or_a_bad_one() {
      invalid(() -> holdfast.enqueue(new Bare(7)), Bare.class.getName(), "@JobType");
      invalid(() -> holdfast.enqueue("just text"), "java.lang.String", "@JobType");
      invalid(() -> holdfast.enqueue(new BadType()), BadType.class.getName(), "value", "welcome*");
      invalid(() -> holdfast.enqueue(new BadQueue()), BadQueue.class.getName(), "queue", "ma}il");
      // The second time as well: what is wrong is not cached as right.
      invalid(() -> holdfast.enqueue(new BadQueue()), BadQueue.class.getName());
    }

    @Test
    void that_is_too_large_names_both_sizes() {
      assertThatExceptionOfType(PayloadException.class)
          .isThrownBy(() -> holdfast.enqueue(new Welcome(7, "x".repeat(300_000))))
          .withMessageContaining("300023 bytes")
          .withMessageContaining("262144")
          .withMessageContaining(Welcome.class.getName())
          .satisfies(thrown -> assertThat(thrown.problem()).isEqualTo(Problem.TOO_LARGE));
    }

    @Test
    void that_cannot_be_written() {
      List<Object> cycle = new ArrayList<>();
      cycle.add(cycle);
      payload(Problem.TOO_DEEP, () -> holdfast.enqueue(new Welcome(7, cycle)));
      payload(Problem.NOT_SERIALIZABLE, () -> holdfast.enqueue(new Welcome(7, "\uD83D")));
      payload(Problem.NOT_SERIALIZABLE, () -> holdfast.enqueue(new Welcome(7, new Object())));
      payload(Problem.NOT_SERIALIZABLE, () -> holdfast.enqueueAsync(new Welcome(7, new Object())));
    }

    @Test
    void retried_in_another_queue_than_its_own() {
      EnqueueOptions elsewhere = EnqueueOptions.retryOf(ID).queue("other");
      invalid(() -> holdfast.enqueue(new Welcome(7, "x"), elsewhere), ID.toString(), "other");
    }

    @Test
    void that_an_interceptor_refuses() {
      HoldfastOptions options =
          HoldfastOptions.builder()
              .enqueueInterceptor(
                  (payload, type, given) -> {
                    throw new IllegalStateException("no tenant for " + type);
                  })
              .build();
      assertThatThrownBy(() -> Holdfast.on(engine, options).enqueue(new Welcome(7, "x")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("no tenant for mail.welcome");
      HoldfastOptions forgetful =
          HoldfastOptions.builder().enqueueInterceptor((payload, type, given) -> null).build();
      invalid(() -> Holdfast.on(engine, forgetful).enqueue(new Welcome(7, "x")), "returned null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{", "{} {}", "order 7", "[1,]"})
    void that_the_applications_codec_writes_as_no_json(String written) {
      Codec own =
          new Codec() {
            @Override
            public byte[] encode(String what, Object value) {
              return written.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            }

            @Override
            public Object decode(String what, byte[] json, Type type) {
              throw new AssertionError();
            }
          };
      HoldfastOptions options = HoldfastOptions.builder().codec(own).build();
      payload(
          Problem.NOT_SERIALIZABLE,
          () -> Holdfast.on(engine, options).enqueue(new Welcome(7, "x")));
    }
  }

  @Nested
  class ManyJobs {
    @Test
    void in_no_list_or_with_options_that_belong_to_one() {
      List<Welcome> jobs = List.of(new Welcome(1, "x"), new Welcome(2, "x"));
      invalid(() -> holdfast.enqueueAll(null), "list of jobs is null");
      invalid(() -> holdfast.enqueueAll(jobs, null), "options are null");
      invalid(() -> holdfast.enqueueAll(jobs, EnqueueOptions.retryOf(ID)), "an id to retry");
      invalid(
          () -> holdfast.enqueueAll(jobs, EnqueueOptions.defaults().idempotencyKey("k")),
          "an idempotency key");
    }

    @Test
    void none_at_all_ask_nothing() {
      assertThat(holdfast.enqueueAll(List.of())).isEmpty();
    }

    @Test
    void of_which_some_are_invalid_are_refused_whole_and_named_by_index() {
      List<Object> jobs =
          Arrays.asList(
              new Welcome(0, "fine"),
              null,
              new Welcome(2, "fine"),
              new Bare(3),
              JobRequest.of(new Welcome(4, new Object()), EnqueueOptions.defaults()),
              new JobRequest(null, EnqueueOptions.defaults()));
      invalid(
          () -> holdfast.enqueueAll(jobs),
          "4 of 6 jobs are invalid, nothing was sent",
          "element 1: payload is null",
          "element 3: " + Bare.class.getName(),
          "element 4: payload of " + Welcome.class.getName(),
          "element 5: payload is null");
    }

    @Test
    void of_which_some_payloads_cannot_be_written() {
      List<Welcome> jobs =
          List.of(
              new Welcome(0, "fine"),
              new Welcome(1, "x".repeat(300_000)),
              new Welcome(2, "\uD83D"));
      assertThatExceptionOfType(PayloadException.class)
          .isThrownBy(() -> holdfast.enqueueAll(jobs))
          .withMessageContaining("element 1")
          .withMessageContaining("element 2")
          .satisfies(
              thrown -> {
                assertThat(thrown.problem()).isEqualTo(Problem.TOO_LARGE);
                assertThat(thrown.getSuppressed()).hasSize(1);
              });
    }

    @Test
    void all_invalid_make_a_short_message() {
      List<Bare> jobs = java.util.Collections.nCopies(10_000, new Bare(1));
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> holdfast.enqueueAll(jobs))
          .withMessageContaining("and 9990 more")
          .satisfies(thrown -> assertThat(thrown.getMessage()).hasSizeLessThan(5_000));
    }

    @Test
    void that_retry_one_id_twice() {
      JobRequest again = JobRequest.of(new Welcome(7, "x"), EnqueueOptions.retryOf(ID));
      invalid(() -> holdfast.enqueueAll(List.of(again, again)), "element 1", "twice");
    }
  }

  @Nested
  class QueuesAndDeadLetters {
    @ParameterizedTest
    @ValueSource(strings = {"", "a}b{c", "*", "\r\nDEL x", "m\u0430il"})
    void with_a_hostile_name(String name) {
      assertThatExceptionOfType(InvalidNameException.class).isThrownBy(() -> holdfast.queue(name));
      assertThatExceptionOfType(InvalidNameException.class)
          .isThrownBy(() -> holdfast.deadLetters(name));
    }

    @Test
    void asked_for_a_job_of_another_queue() {
      JobQueue other = holdfast.queue("other");
      DeadLetterQueue letters = holdfast.deadLetters("other");
      List<ThrowingCallable> calls =
          List.of(
              () -> letters.read(ID),
              () -> letters.redrive(ID),
              () -> letters.purge(ID),
              () -> other.runNow(ID),
              () -> other.reschedule(ID, Instant.EPOCH),
              () -> other.changePriority(ID, Priority.LOW),
              () -> other.delete(ID));
      assertThat(calls)
          .allSatisfy(
              call ->
                  assertThatIllegalArgumentException()
                      .isThrownBy(call)
                      .withMessageContaining("is not in queue other"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"+10000-01-01T00:00:00Z", "+1000000000-12-31T23:59:59Z"})
    void rescheduled_to_an_instant_no_engine_can_store(String runAt) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> holdfast.queue("mail").reschedule(ID, Instant.parse(runAt)))
          .withMessageContaining("9999");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 100_001})
    void redriven_at_an_impossible_rate(int perSecond) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> holdfast.deadLetters("mail").redriveAll(DeadLetterFilter.all(), perSecond));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 201})
    void read_by_pages_of_an_impossible_size(int size) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> holdfast.deadLetters("mail").list(null, size));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> holdfast.queue("mail").jobs(JobState.DEAD, null, size));
    }
  }

  @Test
  void after_close_every_call_says_so() {
    JobQueue queue = holdfast.queue("mail");
    DeadLetterQueue letters = holdfast.deadLetters("mail");
    holdfast.close();
    holdfast.close();
    assertThat(closed).hasValue(1);
    Welcome job = new Welcome(7, "x");
    List<ThrowingCallable> calls =
        List.of(
            () -> holdfast.enqueue(job),
            () -> holdfast.enqueue(null),
            () -> holdfast.enqueueAsync(job),
            () -> holdfast.enqueueAll(List.of(job)),
            () -> holdfast.enqueueAll(List.of()),
            () -> holdfast.enqueueAfterCommit(job),
            () -> holdfast.status(ID),
            () -> holdfast.result(ID, String.class),
            () -> holdfast.cancel(ID),
            () -> holdfast.queue("mail"),
            () -> holdfast.deadLetters("mail"),
            queue::stats,
            queue::pause,
            queue::resume,
            queue::purge,
            () -> queue.jobs(JobState.READY, null, 10),
            () -> queue.runNow(ID),
            () -> queue.reschedule(ID, Instant.EPOCH),
            () -> queue.changePriority(ID, Priority.LOW),
            () -> queue.delete(ID),
            letters::size,
            () -> letters.list(null, 10),
            () -> letters.read(ID),
            () -> letters.redrive(ID),
            () -> letters.purge(ID),
            () -> letters.redriveAll(DeadLetterFilter.all(), 1),
            () -> letters.purgeAll(DeadLetterFilter.all()));
    assertThat(calls)
        .allSatisfy(
            call ->
                assertThatExceptionOfType(ClosedException.class)
                    .isThrownBy(call)
                    .withMessageContaining("never asked"));
  }

  private static void invalid(ThrowingCallable call, String... parts) {
    assertThatExceptionOfType(InvalidJobException.class)
        .isThrownBy(call)
        .satisfies(thrown -> assertThat(thrown.getMessage()).contains(parts));
  }

  private static void payload(Problem problem, ThrowingCallable call) {
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(call)
        .satisfies(thrown -> assertThat(thrown.problem()).isEqualTo(problem));
  }
}
