package dev.holdfast.testkit;

import static dev.holdfast.testkit.HoldfastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.job.Counters;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.job.Retention;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.FaultyEngine.Call;
import dev.holdfast.testkit.FaultyEngine.Fault;
import dev.holdfast.testkit.FaultyEngine.InjectedFault;
import dev.holdfast.worker.WorkerOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an injected fault is, and what workers and callers make of many. */
@Timeout(60)
class FaultyEngineTest {
  private static final QueueRef QUEUE = QueueRef.of("mail");

  @JobType(value = "mail.welcome", queue = "mail")
  record Mail(int number) {}

  private static FaultyEngine always(Engine engine, Call call, Fault fault) {
    return FaultyEngine.around(engine).seed(7).rate(0).rate(call, fault, 1).build();
  }

  private static InjectedFault injected(Throwable thrown) {
    Throwable at = thrown;
    while (!(at instanceof InjectedFault) && at.getCause() != null) {
      at = at.getCause();
    }
    return (InjectedFault) at;
  }

  @Nested
  class AnEnqueue {
    private final InMemoryEngine memory = InMemoryEngine.create();

    private Throwable enqueue(Fault fault) {
      Holdfast faulty = Holdfast.on(always(memory, Call.ENQUEUE, fault));
      return catchThrowable(() -> faulty.enqueue(new Mail(1)));
    }

    private long stored() {
      return memory.control().stats(QUEUE).ready();
    }

    @Test
    void that_was_not_sent_wrote_nothing() {
      assertThat(enqueue(Fault.ERROR_BEFORE)).isInstanceOf(EngineUnavailableException.class);
      assertThat(stored()).isZero();
    }

    @Test
    void that_found_no_room_wrote_nothing() {
      assertThat(enqueue(Fault.EXHAUSTED))
          .isInstanceOf(QueueFullException.class)
          .extracting(e -> injected(e).fault())
          .isEqualTo(Fault.EXHAUSTED);
      assertThat(stored()).isZero();
    }

    @Test
    void whose_answer_is_lost_is_there_and_can_be_repeated_by_its_id() {
      OutcomeUnknownException unknown = (OutcomeUnknownException) enqueue(Fault.LOST_REPLY);
      assertThat(stored()).isEqualTo(1);
      assertThat(unknown).hasMessageContaining("seed 7").hasMessageContaining("enqueue number 1");

      Holdfast calm = Holdfast.on(memory);
      assertThat(calm.enqueue(new Mail(1), EnqueueOptions.retryOf(unknown.id())).created())
          .isFalse();
      assertThat(stored()).isEqualTo(1);
    }

    @Test
    void of_a_list_goes_wrong_job_by_job() {
      FaultyEngine faulty = FaultyEngine.around(memory).rate(Call.ENQUEUE, 0.3).build();
      List<Mail> mails = IntStream.range(0, 200).mapToObj(Mail::new).toList();

      long[] ways = new long[3];
      Holdfast.on(faulty)
          .enqueueAll(mails)
          .forEach(result -> ways[result.match(enqueued -> 0, rejected -> 1, unknown -> 2)]++);

      assertThat(ways[1])
          .isPositive()
          .isEqualTo(
              faulty.injected(Call.ENQUEUE, Fault.ERROR_BEFORE)
                  + faulty.injected(Call.ENQUEUE, Fault.EXHAUSTED));
      assertThat(ways[2]).isPositive().isEqualTo(faulty.injected(Call.ENQUEUE, Fault.LOST_REPLY));
      assertThat(stored()).isEqualTo(ways[0] + ways[2]);
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void any_other_call_is_unavailable_and_only_a_lost_reply_had_an_effect(Fault fault) {
    InMemoryEngine memory = InMemoryEngine.create();
    FaultyEngine faulty = always(memory, Call.PAUSE, fault);

    assertThatThrownBy(() -> faulty.control().pause(QUEUE, true))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("pause on queue mail")
        .hasCauseInstanceOf(InjectedFault.class);

    assertThat(memory.control().stats(QUEUE).paused()).isEqualTo(fault == Fault.LOST_REPLY);
    assertThat(faulty.injected(Call.PAUSE, fault)).isEqualTo(1);
    assertThat(faulty.injected()).isEqualTo(1);
    assertThat(faulty.report()).contains("seed 7").contains("pause: 1 of 1");
  }

  @Test
  void a_lost_bell_is_a_lost_token() {
    InMemoryEngine memory = InMemoryEngine.create();
    Bells bells = always(memory, Call.AWAIT, Fault.LOST_REPLY).openBells("w1");
    Bells calm = memory.openBells("w2");
    memory.claiming().leave(QUEUE, "somebody"); // rings

    assertThatThrownBy(() -> bells.await(Set.of(QUEUE), Duration.ofSeconds(1)))
        .isInstanceOf(EngineUnavailableException.class);
    assertThat(calm.await(Set.of(QUEUE), Duration.ZERO)).isEmpty();
  }

  @Test
  void every_call_can_go_wrong() {
    FaultyEngine faulty = FaultyEngine.around(InMemoryEngine.create()).rate(1).build();
    SeamCalls.all(faulty)
        .forEach(
            (call, made) -> {
              Throwable thrown = catchThrowable(made::run);
              assertThat(thrown).as("%s", call).isInstanceOf(HoldfastException.class);
              assertThat(injected(thrown).call()).isEqualTo(call);
            });
    for (Call call : Call.values()) {
      assertThat(faulty.injected(call)).as("%s", call).isEqualTo(1);
    }
  }

  private static List<Boolean> pattern(long seed, int otherCalls) {
    FaultyEngine faulty = FaultyEngine.around(InMemoryEngine.create()).seed(seed).rate(0.1).build();
    List<Boolean> pattern = new ArrayList<>();
    for (int n = 0; n < 500; n++) {
      long before = faulty.injected(Call.STATS);
      Throwable unused = catchThrowable(() -> faulty.control().stats(QUEUE));
      pattern.add(faulty.injected(Call.STATS) > before);
      for (int other = 0; other < otherCalls; other++) {
        unused = catchThrowable(() -> faulty.control().purge(QUEUE));
      }
    }
    return pattern;
  }

  @Test
  void the_seed_alone_decides_whatever_else_is_called() {
    assertThat(pattern(1, 0)).isEqualTo(pattern(1, 3)).isNotEqualTo(pattern(2, 0));
    assertThat(pattern(1, 0).stream().filter(wrong -> wrong).count()).isBetween(25L, 80L);
  }

  @Test
  void a_calm_engine_injects_and_counts_nothing() {
    FaultyEngine faulty = FaultyEngine.around(InMemoryEngine.create()).rate(1).build();
    faulty.calm(true);
    assertThat(faulty.control().stats(QUEUE).ready()).isZero();
    assertThat(faulty.calls(Call.STATS)).isZero();

    faulty.calm(false);
    assertThatThrownBy(() -> faulty.control().stats(QUEUE))
        .isInstanceOf(EngineUnavailableException.class);
  }

  @Test
  void rates_out_of_range_are_refused() {
    FaultyEngine.Builder builder = FaultyEngine.around(InMemoryEngine.create());
    assertThatThrownBy(() -> builder.rate(1.1)).hasMessageContaining("0 to 1");
    assertThatThrownBy(() -> builder.rate(Call.TURN, -0.1)).hasMessageContaining("0 to 1");
    assertThatThrownBy(
            () -> builder.rate(Call.TURN, 0.9).rate(Call.TURN, Fault.EXHAUSTED, 0.9).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TURN");
  }

  /** A worker, and a caller that does what the docs say, while a tenth of all calls go wrong. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void every_job_ends_once_though_a_tenth_of_all_calls_go_wrong(long seed) {
    ManualTime time = ManualTime.create();
    InMemoryEngine memory = InMemoryEngine.on(time);
    FaultyEngine faulty = FaultyEngine.around(memory).seed(seed).rate(0.1).build();
    Map<Integer, AtomicInteger> calls = new ConcurrentHashMap<>();
    WorkerOptions options =
        WorkerOptions.builder()
            .closeOnShutdown(false)
            .retention(new Retention(Duration.ofDays(30), 10_000, Duration.ofDays(30), 10_000))
            .build();
    List<JobId> ids = new ArrayList<>();
    try (Holdfast holdfast = Holdfast.on(faulty, HoldfastOptions.builder().clock(time).build());
        Worker worker =
            Worker.on(holdfast)
                .handler(
                    Mail.class,
                    (mail, context) -> {
                      context.progress(0.5, "half");
                      calls.computeIfAbsent(mail.number(), n -> new AtomicInteger());
                      calls.get(mail.number()).incrementAndGet();
                      if (mail.number() % 10 == 0 && context.attempt() == 1) {
                        throw new IOException("mail server is away");
                      }
                    })
                .queue("mail", 4)
                .options(options)
                .start()) {
      for (int n = 0; n < 300; n++) {
        ids.add(enqueueUntilAnswered(holdfast, new Mail(n)));
      }
      memory.letPass(Duration.ofMinutes(1));
      faulty.calm(true);

      for (int n = 0; n < 300; n++) {
        JobStatus status = holdfast.status(ids.get(n)).orElseThrow();
        int attempts = n % 10 == 0 ? 2 : 1;
        assertThat(status.state()).as("%s", faulty.report()).isEqualTo(JobState.SUCCEEDED);
        assertThat(status.counters()).isEqualTo(new Counters(attempts - 1, attempts, 0, 0, 0));
        assertThat(calls.get(n)).hasValue(attempts);
      }
      assertThat(holdfast).queue("mail").isEmpty().hasDone(300);
    }
    assertThat(faulty.injected(Call.TURN, Fault.LOST_REPLY)).isPositive();
    assertThat(faulty.injected(Call.ENQUEUE, Fault.LOST_REPLY)).isPositive();
  }

  private static JobId enqueueUntilAnswered(Holdfast holdfast, Mail mail) {
    Optional<JobId> maybeThere = Optional.empty();
    while (true) {
      EnqueueOptions options =
          maybeThere.map(EnqueueOptions::retryOf).orElse(EnqueueOptions.defaults());
      try {
        return holdfast.enqueue(mail, options).id();
      } catch (OutcomeUnknownException e) {
        maybeThere = Optional.of(e.id());
      } catch (EngineUnavailableException | QueueFullException e) {
        // Not written by this call: whether an earlier one wrote it is still open.
        assertThat(injected(e)).isNotNull();
      }
    }
  }
}
