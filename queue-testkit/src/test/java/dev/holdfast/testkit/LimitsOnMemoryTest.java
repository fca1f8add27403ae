package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.JobQueue;
import dev.holdfast.Worker;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.StateReason;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.limit.Rate;
import dev.holdfast.worker.WorkerOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits from the door to the handler, without a server, in virtual time. */
@Timeout(60)
class LimitsOnMemoryTest {
  private static final Duration HALF_A_MINUTE = Duration.ofSeconds(30);

  private final ManualTime time = ManualTime.create();
  private final InMemoryEngine engine = InMemoryEngine.on(time);
  private final Holdfast holdfast =
      Holdfast.on(FaultyEngine.ifAsked(engine), HoldfastOptions.builder().clock(time).build());
  private final JobQueue calls = holdfast.queue("calls");
  private final Queue<Ran> ran = new ConcurrentLinkedQueue<>();
  private final List<Worker> workers = new ArrayList<>();

  @JobType(value = "call", queue = "calls")
  record Call(int number) {}

  /** A call that was made, and when. */
  record Ran(int number, Instant at) {}

  @AfterEach
  void close() {
    workers.forEach(Worker::close);
    holdfast.close();
  }

  private void work(JobHandler<Call> handler) {
    workers.add(
        Worker.on(holdfast)
            .options(WorkerOptions.builder().closeOnShutdown(false).build())
            .handler(Call.class, handler)
            .queue("calls", 4)
            .start());
  }

  private void note(Call call) {
    ran.add(new Ran(call.number(), time.instant()));
  }

  private JobId enqueue(int number, String limitKey) {
    return holdfast.enqueue(new Call(number), EnqueueOptions.defaults().limitKey(limitKey)).id();
  }

  private JobStatus status(JobId id) {
    return holdfast.status(id).orElseThrow();
  }

  @Test
  void a_handler_that_backs_off_keeps_its_limit_key_from_running() {
    work(
        (call, context) -> {
          note(call);
          if (call.number() == 1 && context.counters().snoozes() == 0) {
            throw context.backOff(HALF_A_MINUTE);
          }
        });
    JobId first = enqueue(1, "api");
    engine.letPass(Duration.ZERO);
    JobId second = enqueue(2, "api");
    enqueue(3, "other");
    holdfast.enqueue(new Call(4));
    engine.letPass(HALF_A_MINUTE.minusMillis(1));

    assertThat(ran).extracting(Ran::number).containsExactlyInAnyOrder(1, 3, 4);
    JobStatus waiting = status(first);
    assertThat(waiting.state()).isEqualTo(JobState.PARKED);
    assertThat(waiting.parkedBy()).isEqualTo("key api");
    assertThat(waiting.reason()).isEqualTo(StateReason.SNOOZED);
    assertThat(waiting.counters()).isEqualTo(new Counters(0, 1, 0, 0, 1));
    assertThat(waiting.history()).isEmpty();
    assertThat(status(second).parkedBy()).isEqualTo("key api");

    engine.letPass(Duration.ofMillis(1));
    Instant over = ManualTime.START.plus(HALF_A_MINUTE);
    assertThat(ran).hasSize(5).contains(new Ran(1, over), new Ran(2, over));
    assertThat(status(first).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void without_a_limit_key_a_back_off_is_a_snooze() {
    work(
        (call, context) -> {
          note(call);
          if (context.counters().snoozes() == 0) {
            throw context.backOff(HALF_A_MINUTE);
          }
        });
    JobId id = holdfast.enqueue(new Call(1)).id();
    engine.letPass(Duration.ofSeconds(1));
    assertThat(status(id).state()).isEqualTo(JobState.SCHEDULED);
    engine.letPass(HALF_A_MINUTE);

    assertThat(status(id).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(ran).extracting(Ran::at).last().isEqualTo(ManualTime.START.plus(HALF_A_MINUTE));
  }

  @Test
  void a_back_off_out_of_range_is_a_failure_of_the_handler() {
    work(
        (call, context) -> {
          if (context.attempt() == 1) {
            throw context.backOff(Duration.ofSeconds(-1));
          }
        });
    JobId id = enqueue(1, "api");
    engine.letPass(Duration.ofDays(1));

    assertThat(status(id).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(status(id).history()).hasSize(1);
    assertThat(status(id).history().get(0).failure().message()).contains("PT-1S");
  }

  @Test
  void of_two_workers_no_more_run_a_key_than_its_limit_allows() throws Exception {
    calls.limit(LimitScope.eachKey(), Limit.concurrency(2));
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch two = new CountDownLatch(2);
    JobHandler<Call> handler =
        (call, context) -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          two.countDown();
          two.await(10, TimeUnit.SECONDS);
          note(call);
          running.decrementAndGet();
        };
    work(handler);
    work(handler);
    IntStream.range(0, 50).forEach(number -> enqueue(number, "api"));
    engine.letPass(Duration.ZERO);

    assertThat(two.await(0, TimeUnit.SECONDS)).isTrue();
    assertThat(most).hasValue(2);
    assertThat(ran).hasSize(50);
  }

  @Test
  void ten_minutes_of_a_rate_pass_as_fast_as_the_handlers_run() {
    calls.limit(LimitScope.key("api"), Limit.rate(Rate.of(60, Duration.ofMinutes(1)).burst(5)));
    work((call, context) -> note(call));
    IntStream.range(0, 700).forEach(number -> enqueue(number, "api"));
    engine.letPass(Duration.ofMinutes(10));

    assertThat(ran).hasSize(605);
    assertThat(ran).filteredOn(one -> one.at().equals(ManualTime.START)).hasSize(5);
    assertThat(calls.stats().parked()).isEqualTo(95);
  }

  @Test
  void the_rate_of_a_queue_holds_and_time_passes_on() {
    calls.limit(LimitScope.queue(), Limit.rate(Rate.of(1, Duration.ofHours(1))));
    work((call, context) -> note(call));
    IntStream.range(0, 3).forEach(number -> holdfast.enqueue(new Call(number)));
    engine.letPass(Duration.ofHours(5));

    assertThat(ran)
        .extracting(Ran::at)
        .containsExactlyElementsOf(
            IntStream.range(0, 3)
                .mapToObj(hour -> ManualTime.START.plus(Duration.ofHours(hour)))
                .toList());
  }

  @Test
  void an_ordered_key_runs_in_order_on_many_slots() {
    calls.limit(LimitScope.eachKey(), Limit.inOrder());
    work(
        (call, context) -> {
          note(call);
          if (call.number() % 3 == 0 && context.attempt() == 1) {
            throw context.retryAt(time.instant().plusSeconds(20));
          }
        });
    IntStream.range(0, 12).forEach(number -> enqueue(number, "api"));
    engine.letPass(Duration.ofMinutes(5));

    assertThat(ran)
        .extracting(Ran::number)
        .containsExactly(0, 0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 9, 10, 11);
  }

  @Test
  void a_paused_type_is_parked_and_quiet_until_it_is_resumed() {
    work((call, context) -> note(call));
    calls.pauseType("call");
    JobId id = enqueue(1, "api");
    engine.letPass(Duration.ofHours(1));
    assertThat(status(id).parkedBy()).isEqualTo("type call");
    assertThat(calls.pausedTypes()).containsExactly("call");
    assertThat(calls.jobs(JobState.PARKED, null, 10).items()).hasSize(1);
    calls.resumeType("call");
    engine.letPass(Duration.ZERO);

    assertThat(status(id).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(calls.pausedTypes()).isEmpty();
  }

  @Test
  void limits_are_set_read_and_taken_back_at_the_queue() {
    Limit rate = Limit.rate(Rate.of(60, Duration.ofMinutes(1)).burst(5)).withConcurrency(4);
    calls.limit(LimitScope.key("api"), rate);
    calls.limit(LimitScope.eachKey(), Limit.inOrder());
    assertThat(calls.limits())
        .isEqualTo(Map.of(LimitScope.key("api"), rate, LimitScope.eachKey(), Limit.inOrder()));
    calls.unlimit(LimitScope.eachKey());
    calls.unlimit(LimitScope.queue());

    assertThat(calls.limits()).isEqualTo(Map.of(LimitScope.key("api"), rate));
  }

  @Test
  void only_keys_have_an_order() {
    for (LimitScope scope : List.of(LimitScope.queue(), LimitScope.type("call"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> calls.limit(scope, Limit.inOrder()))
          .withMessageContaining(scope.toString());
    }
  }
}
