package dev.holdfast.testkit;

import static dev.holdfast.testkit.HoldfastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.StateReason;
import dev.holdfast.testkit.HoldfastTest.Mode;
import dev.holdfast.worker.WorkerHealth;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** What becomes of a job whose worker dies, and of the worker. */
@Timeout(60)
@HoldfastTest
class CrashAfterTest {
  /** Lease, reap period and jitter of the defaults. */
  private static final Duration RECOVERED = Duration.ofSeconds(36);

  @JobType(value = "charge", queue = "charges")
  record Charge(int number) {}

  private final Queue<String> ran = new ConcurrentLinkedQueue<>();

  private Worker work(TestWorkers workers, ManualTime time) {
    return workers.start(
        worker ->
            worker
                .handler(
                    Charge.class,
                    (charge, context) -> {
                      ran.add(charge.number() + " at " + sinceStart(time));
                      workers.crashPoint("charged");
                      ran.add(charge.number() + " done");
                    })
                .queue("charges", 1));
  }

  private static String sinceStart(ManualTime time) {
    return Duration.between(ManualTime.START, time.instant()).toSeconds() + " s";
  }

  @ParameterizedTest
  @EnumSource(value = CrashPoint.class, mode = EnumSource.Mode.EXCLUDE, names = "APPEND")
  void a_worker_dies_at_a_point_of_the_runtime(
      CrashPoint point,
      Holdfast holdfast,
      TestWorkers workers,
      InMemoryEngine engine,
      ManualTime time) {
    Crash crash = workers.crashAfter(point);
    work(workers, time);
    work(workers, time);

    JobId id = holdfast.enqueue(new Charge(7)).id();
    engine.letPass(Duration.ofMinutes(2));

    assertThat(crash.happened()).isTrue();
    assertThat(crash.job()).contains(id);
    boolean acked = point == CrashPoint.ACK;
    assertThat(holdfast).job(id).hasSucceeded().hasCrashes(acked ? 0 : 1).hasFailures(0);
    assertThat(ran)
        .containsExactlyElementsOf(
            switch (point) {
              case CLAIM -> List.of("7 at 36 s", "7 done");
              case HANDLER -> List.of("7 at 0 s", "7 done", "7 at 36 s", "7 done");
              case ACK -> List.of("7 at 0 s", "7 done");
              case APPEND -> throw new AssertionError("only runs get there");
            });
  }

  @Test
  void a_worker_dies_in_the_middle_of_a_handler(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine, ManualTime time) {
    Crash crash = workers.crashAfter("charged");
    work(workers, time);
    work(workers, time);

    JobId id = holdfast.enqueue(new Charge(7)).id();
    engine.letPass(Duration.ZERO);
    assertThat(crash.happened()).isTrue();
    assertThat(holdfast).job(id).isActive();
    assertThat(ran).containsExactly("7 at 0 s");

    engine.letPass(RECOVERED.minusMillis(1));
    assertThat(holdfast).job(id).isActive();
    engine.letPass(Duration.ofMillis(1));

    assertThat(holdfast).job(id).hasSucceeded().hasCrashes(1).hasFailures(0);
    assertThat(ran).containsExactly("7 at 0 s", "7 at 36 s", "7 done");
    assertThat(time.instant()).isEqualTo(ManualTime.START.plus(RECOVERED));
  }

  @Test
  void the_dead_worker_claims_nothing_more_and_is_down(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine, ManualTime time) {
    Crash crash = workers.crashAfter("charged");
    Worker only = work(workers, time);
    JobId id = holdfast.enqueue(new Charge(1)).id();
    engine.letPass(Duration.ofHours(1));
    assertThat(crash.worker()).contains(only.name());
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> only.health().status() == WorkerHealth.Status.DOWN);

    // Nobody is there to reap it.
    assertThat(holdfast).job(id).isActive();
    JobId next = holdfast.enqueue(new Charge(2)).id();
    assertThat(holdfast).job(next).isReady();
  }

  @Test
  void a_worker_that_comes_after_an_outage_waits_for_the_grace_before_it_reaps(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine, ManualTime time) {
    workers.crashAfter("charged");
    work(workers, time);
    JobId id = holdfast.enqueue(new Charge(1)).id();
    engine.letPass(Duration.ofMinutes(10));
    assertThat(holdfast).job(id).isActive();

    work(workers, time);
    engine.letPass(Duration.ofSeconds(11).minusMillis(1));
    assertThat(holdfast).job(id).isActive();
    engine.letPass(Duration.ofSeconds(7));

    assertThat(holdfast).job(id).hasSucceeded().hasCrashes(1);
  }

  @Test
  void a_job_that_kills_three_workers_is_a_dead_letter(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine, ManualTime time) {
    for (int n = 0; n < 3; n++) {
      workers.crashAfter("charged");
      work(workers, time);
    }
    work(workers, time);
    JobId id = holdfast.enqueue(new Charge(1)).id();
    engine.letPass(Duration.ofMinutes(5));

    assertThat(holdfast).job(id).isDead().withReason(StateReason.POISON).hasCrashes(3);
    JobId next = holdfast.enqueue(new Charge(2)).id();
    engine.letPass(Duration.ZERO);
    assertThat(holdfast).job(next).hasSucceeded();
  }

  @Test
  void what_the_worker_held_beside_it_is_lost_with_it_and_runs_again(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    List<JobId> ids =
        List.of(
            holdfast.enqueue(new Charge(1)).id(),
            holdfast.enqueue(new Charge(2)).id(),
            holdfast.enqueue(new Charge(3)).id());
    workers.crashAfter(CrashPoint.CLAIM);
    workers.start(worker -> worker.handler(Charge.class, (c, x) -> {}).queue("charges", 3));
    engine.letPass(Duration.ZERO);
    ids.forEach(id -> assertThat(holdfast).job(id).isActive());

    workers.start(worker -> worker.handler(Charge.class, (c, x) -> ran.add("" + c.number())));
    engine.letPass(Duration.ofMinutes(1));

    assertThat(ran).containsExactlyInAnyOrder("1", "2", "3");
    ids.forEach(id -> assertThat(holdfast).job(id).hasSucceeded().hasCrashes(1));
  }

  @Test
  void a_longer_lease_is_waited_for(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine, ManualTime time) {
    workers.crashAfter(CrashPoint.CLAIM);
    Queue<Instant> starts = new ConcurrentLinkedQueue<>();
    for (int n = 0; n < 2; n++) {
      workers.start(
          worker ->
              worker
                  .options(
                      workers.options().toBuilder()
                          .lease(Duration.ofMinutes(10))
                          .reapPeriod(Duration.ofMinutes(1))
                          .reapJitter(Duration.ZERO)
                          .build())
                  .handler(Charge.class, (charge, context) -> starts.add(time.instant())));
    }
    holdfast.enqueue(new Charge(1));
    engine.letPass(Duration.ofHours(1));
    assertThat(starts).containsExactly(ManualTime.START.plus(Duration.ofMinutes(11)));
  }

  @Nested
  @HoldfastTest(mode = Mode.STEP_BY_STEP)
  class InOtherModes {
    @Test
    void a_step_ends_with_the_worker(
        Holdfast holdfast, TestWorkers workers, InMemoryEngine engine, ManualTime time) {
      workers.crashAfter(CrashPoint.CLAIM);
      work(workers, time);
      work(workers, time);
      JobId id = holdfast.enqueue(new Charge(1)).id();

      JobStatus crashed = workers.step().orElseThrow();
      assertThat(crashed.id()).isEqualTo(id);
      assertThat(holdfast).job(id).isActive();
      assertThat(workers.step()).isEmpty();

      engine.letPass(RECOVERED);
      assertThat(holdfast).job(id).hasSucceeded().hasCrashes(1);
    }

    @Test
    @HoldfastTest(mode = Mode.INLINE)
    void an_inline_enqueue_does_not_wait_for_the_dead(
        Holdfast holdfast, TestWorkers workers, InMemoryEngine engine, ManualTime time) {
      workers.crashAfter("charged");
      work(workers, time);
      work(workers, time);
      JobId id = holdfast.enqueue(new Charge(1)).id();
      assertThat(holdfast).job(id).isActive();
      engine.letPass(RECOVERED);
      assertThat(holdfast).job(id).hasSucceeded();
    }
  }

  /** Run by a test of this class, not by the build. */
  @HoldfastTest
  static class Misspelt {
    @Test
    void orders_a_crash_at_a_point_that_nobody_reaches(
        Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
      Crash crash = workers.crashAfter("chargd");
      workers.start(
          worker ->
              worker.handler(Charge.class, (charge, context) -> workers.crashPoint("charged")));
      holdfast.enqueue(new Charge(1));
      engine.letPass(Duration.ofMinutes(1));
      assertThat(crash.happened()).isFalse();
      assertThat(crash.job()).isEmpty();
    }
  }

  @Test
  void a_crash_that_did_not_happen_fails_its_test() {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(Misspelt.class))
                .build(),
            listener);
    assertThat(listener.getSummary().getFailures())
        .singleElement()
        .extracting(failure -> failure.getException().getMessage())
        .asString()
        .contains("crash after chargd");
  }
}
