package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Enqueued;
import dev.holdfast.Worker;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * What jobs wait for: their instant, a resumed queue, a worker that knows their type, their lane.
 */
class WorkerWaitingIT extends WorkerFixture {
  @Test
  void a_delayed_job_never_starts_early() {
    AtomicReference<Instant> start = new AtomicReference<>();
    InstantSource clock = InstantSource.system();
    on((mail, context) -> start.set(clock.instant()));
    Instant before = clock.instant();
    JobId id = holdfast.enqueue(new Mail(1), EnqueueOptions.in(Duration.ofMillis(700))).id();
    assertThat(status(id).state()).isEqualTo(JobState.SCHEDULED);
    awaitState(id, JobState.SUCCEEDED);
    assertThat(Duration.between(before, start.get()))
        .isBetween(Duration.ofMillis(700), Duration.ofMillis(1_000));
  }

  @Test
  void an_idempotency_key_makes_a_double_click_one_job() {
    EnqueueOptions once = EnqueueOptions.defaults().idempotencyKey("welcome:7");
    Enqueued first = holdfast.enqueue(new Mail(7), once);
    Enqueued second = holdfast.enqueue(new Mail(7), once);
    assertThat(first.created()).isTrue();
    assertThat(second).isEqualTo(new Enqueued(first.id(), Enqueued.Rule.IDEMPOTENCY_KEY));
    assertThat(holdfast.queue("mail").stats().ready()).isEqualTo(1);
  }

  @Test
  void a_paused_queue_keeps_its_jobs_until_it_is_resumed() {
    ConcurrentLinkedQueue<Integer> seen = new ConcurrentLinkedQueue<>();
    on((mail, context) -> seen.add(mail.number()));
    awaitState(enqueue(1), JobState.SUCCEEDED);
    holdfast.queue("mail").pause();
    JobId id = enqueue(2);
    // Long enough for several turns of the idle worker.
    await().during(Duration.ofMillis(1_200)).atMost(SOON).until(() -> seen.size() == 1);
    assertThat(holdfast.queue("mail").stats().paused()).isTrue();
    holdfast.queue("mail").resume();
    awaitState(id, JobState.SUCCEEDED);
  }

  @Test
  void a_job_of_an_unknown_type_waits_for_a_worker_that_knows_it() {
    start(Worker.on(holdfast).handler(Mail.class, (mail, context) -> {}).queue("mail", 1));
    JobId id = holdfast.enqueue(new Sum(1, 1)).id();
    await().atMost(SOON).until(() -> status(id).reason() == StateReason.MISSED);
    assertThat(status(id).counters().misses()).isEqualTo(1);
    assertThat(status(id).counters().failures()).isZero();
    start(Worker.on(holdfast).handler(Sum.class, (sum, context) -> {}).queue("mail", 1));
    await().atMost(Duration.ofSeconds(20)).until(() -> status(id).state() == JobState.SUCCEEDED);
  }

  @Test
  void higher_lanes_come_first() {
    ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
    holdfast.enqueue(new Mail(3), EnqueueOptions.defaults().priority(Priority.LOW));
    holdfast.enqueue(new Mail(2));
    JobId last =
        holdfast.enqueue(new Mail(1), EnqueueOptions.defaults().priority(Priority.HIGH)).id();
    start(
        Worker.on(holdfast)
            .handler(Mail.class, (mail, context) -> order.add(mail.number()))
            .queue("mail", 1));
    await().atMost(SOON).until(() -> order.size() == 3);
    assertThat(order).containsExactly(1, 2, 3);
    awaitState(last, JobState.SUCCEEDED);
  }
}
