package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.job.ClosedException;
import dev.holdfast.job.Counters;
import dev.holdfast.job.HandlesJob;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.QueueStats;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Meters;
import dev.holdfast.worker.WorkerHealth;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** How a worker is built, how it closes and how it is. */
class WorkerLifeIT extends WorkerFixture {
  @Test
  void close_waits_for_what_runs_and_hands_back_what_does_not_end() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(2);
    Worker worker =
        on(
            (mail, context) -> {
              running.countDown();
              if (mail.number() == 1) {
                boolean never = new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS);
                assertThat(never).isFalse();
              } else {
                new CountDownLatch(1).await();
              }
            });
    JobId ends = enqueue(1);
    JobId hangs = enqueue(2);
    assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
    worker.close();
    worker.close();
    assertThat(status(ends).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(status(hangs).state()).isEqualTo(JobState.READY);
    assertThat(status(hangs).reason()).isEqualTo(StateReason.RELEASED);
    assertThat(status(hangs).counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
  }

  @Test
  void a_handler_that_closes_its_own_worker_is_not_waited_for() throws Exception {
    AtomicReference<Worker> own = new AtomicReference<>();
    CountDownLatch closed = new CountDownLatch(1);
    own.set(
        start(
            Worker.on(holdfast)
                .handler(
                    Mail.class,
                    (mail, context) -> {
                      await().atMost(SOON).until(() -> own.get() != null);
                      own.get().close();
                      closed.countDown();
                    })
                .queue("mail", 1),
            options().drainGrace(Duration.ofMinutes(10)).build()));
    JobId id = enqueue(1);
    assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(status(id).reason()).isEqualTo(StateReason.RELEASED);
    assertThat(status(id).counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
  }

  @Test
  void a_close_waits_for_interrupted_handlers_no_longer_than_its_own_grace() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Worker worker =
        start(
            Worker.on(holdfast)
                .handler(
                    Mail.class,
                    (mail, context) -> {
                      running.countDown();
                      awaitUninterruptibly(end);
                    })
                .queue("mail", 1),
            options()
                .drainGrace(Duration.ZERO)
                .interruptGrace(Duration.ofMinutes(5))
                .drainInterruptGrace(Duration.ofMillis(50))
                .build());
    enqueue(1);
    assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(worker::close);
    try {
      assertThat(closing).succeedsWithin(Duration.ofSeconds(20));
    } finally {
      end.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        // as much real code does
      }
    }
  }

  @Test
  void a_job_of_a_foreign_type_makes_no_series_of_its_own() {
    Set<String> types = ConcurrentHashMap.newKeySet();
    List<Supplier<Number>> stuck = new CopyOnWriteArrayList<>();
    Meters recorder =
        new Meters() {
          @Override
          public void ended(String queue, String type, String outcome, Duration took) {
            types.add(type + " " + outcome);
          }

          @Override
          public void stuck(Supplier<Number> threads) {
            stuck.add(threads);
          }

          @Override
          public void unstuck(Supplier<Number> threads) {
            stuck.remove(threads);
          }
        };
    try (Holdfast metered = open(HoldfastOptions.builder().meters(recorder).build())) {
      metered.enqueue(new Sum(1, 2));
      metered.enqueue(new Mail(1));
      try (Worker worker =
          Worker.on(metered)
              .handler(Mail.class, (mail, context) -> {})
              .queue("mail", 1)
              .options(options().build())
              .start()) {
        await()
            .atMost(SOON)
            .untilAsserted(
                () ->
                    assertThat(types)
                        .containsExactlyInAnyOrder("unknown missed", "mail.welcome succeeded"));
        assertThat(stuck).hasSize(1);
        assertThat(worker.health().stuckThreads()).isZero();
      }
      assertThat(stuck).isEmpty();
    }
  }

  @Test
  void a_start_that_fails_half_way_leaves_nothing_behind() {
    AtomicInteger watched = new AtomicInteger();
    Meters failing =
        new Meters() {
          @Override
          public void watch(String queue, Supplier<QueueStats> stats) {
            watched.incrementAndGet();
          }

          @Override
          public void unwatch(String queue) {
            watched.decrementAndGet();
          }

          @Override
          public void stuck(Supplier<Number> threads) {
            throw new IllegalStateException("no meter for this");
          }
        };
    try (Holdfast metered = open(HoldfastOptions.builder().meters(failing).build())) {
      Worker.Builder builder =
          Worker.on(metered).handler(Mail.class, (mail, context) -> {}).queue("mail", 1);
      assertThatThrownBy(builder::start).hasMessage("no meter for this");
    }
    assertThat(watched).hasValue(0);
  }

  @Test
  void a_running_worker_is_up_and_a_closed_one_is_down() {
    Worker worker = on((mail, context) -> {});
    awaitState(enqueue(1), JobState.SUCCEEDED);
    assertThat(worker.health().status()).isEqualTo(WorkerHealth.Status.UP);
    assertThat(worker.health().sinceLastTurn()).containsKey("mail");
    worker.close();
    assertThat(worker.health().status()).isEqualTo(WorkerHealth.Status.DOWN);
  }

  @HandlesJob(maxAttempts = 1)
  private static final class Once implements JobHandler<Mail> {
    @Override
    public void handle(Mail job, JobContext context) throws IOException {
      throw new IOException("always");
    }
  }

  @Test
  void annotated_settings_are_used_and_overridden() {
    Worker annotated = start(Worker.on(holdfast).handler(new Once()).queue("mail", 1));
    assertThat(awaitState(enqueue(1), JobState.DEAD).counters().failures()).isEqualTo(1);
    annotated.close();
    start(Worker.on(holdfast).handler(new Once(), QUICKLY).queue("mail", 1));
    assertThat(awaitState(enqueue(2), JobState.DEAD).counters().failures()).isEqualTo(3);
  }

  @Test
  void a_second_handler_for_a_type_is_refused() {
    assertThatThrownBy(
            () ->
                Worker.on(holdfast)
                    .handler(Mail.class, (mail, context) -> {})
                    .handler(Mail.class, (mail, context) -> {})
                    .queue("mail", 1)
                    .start())
        .isInstanceOf(InvalidHandlerException.class)
        .hasMessageContaining("mail.welcome");
  }

  @Test
  void leases_that_leave_no_room_for_an_outage_are_refused() {
    assertThatThrownBy(
            () ->
                Worker.on(holdfast)
                    .handler(Mail.class, (mail, context) -> {})
                    .queue("mail", 1)
                    .options(options().lease(Duration.ofMillis(1_800)).build())
                    .start())
        .isInstanceOf(InvalidHandlerException.class);
  }

  @Test
  void closing_the_door_closes_the_workers_behind_it() {
    Worker worker = on((mail, context) -> {});
    JobId id = enqueue(1);
    awaitState(id, JobState.SUCCEEDED);
    holdfast.close();
    assertThat(worker.health().status()).isEqualTo(WorkerHealth.Status.DOWN);
    assertThatThrownBy(() -> on((mail, context) -> {})).isInstanceOf(ClosedException.class);
  }
}
