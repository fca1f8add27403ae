package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.Holdfast;
import dev.holdfast.batch.BatchStatus;
import dev.holdfast.batch.JobBatch;
import dev.holdfast.deadletter.DeadLetterFilter;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.NonRetriableException;
import dev.holdfast.job.QueueFullException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Batches of jobs from the door to what follows, without a server. */
@Timeout(120)
@HoldfastTest
class BatchesOfJobsTest {
  @JobType(value = "render", queue = "pages")
  record Render(int page) {}

  @JobType(value = "follow", queue = "books")
  record Follow(String when) {}

  record Counts(int total, int succeeded, int dead, int cancelled) {}

  /** In how many rounds a page dies, from the first on; a redrive begins the next. */
  private final Map<Integer, Integer> deaths = new ConcurrentHashMap<>();

  private final Set<Integer> discarded = ConcurrentHashMap.newKeySet();
  private final Map<Integer, JobId> pages = new ConcurrentHashMap<>();

  private final Map<String, Set<JobId>> followed = new ConcurrentHashMap<>();
  private final Queue<String> tooEarly = new ConcurrentLinkedQueue<>();
  private volatile int total;
  private final AtomicInteger round = new AtomicInteger();

  private void work(Holdfast holdfast, TestWorkers workers) {
    workers.start(
        worker ->
            worker
                .handler(
                    Render.class,
                    (job, context) -> {
                      pages.put(job.page(), context.id());
                      if (discarded.contains(job.page())) {
                        throw context.discard("not wanted");
                      }
                      if (deaths.getOrDefault(job.page(), 0) > round.get()) {
                        throw new NonRetriableException("page " + job.page());
                      }
                    })
                .handler(
                    Follow.class,
                    (job, context) -> {
                      check(holdfast, job.when());
                      followed
                          .computeIfAbsent(job.when(), when -> ConcurrentHashMap.newKeySet())
                          .add(context.id());
                    })
                .queue("pages", 4)
                .queue("books", 2));
  }

  /** No job of the batch is open when something follows; nothing is redriven meanwhile. */
  private void check(Holdfast holdfast, String when) {
    if (pages.size() < total) {
      tooEarly.add(when + " after " + pages.keySet());
    }
    pages.forEach(
        (page, id) -> {
          JobState state = job(holdfast, id).state();
          if (!state.isFinal() || (when.equals("success") && state != JobState.SUCCEEDED)) {
            tooEarly.add(when + " while page " + page + " is " + state);
          }
        });
  }

  private void redrive(Holdfast holdfast) {
    round.incrementAndGet();
    holdfast.deadLetters("pages").redriveAll(DeadLetterFilter.all(), 1_000);
  }

  private JobBatch<Render> batch(int jobs) {
    total = jobs;
    return JobBatch.of("books", IntStream.range(0, jobs).mapToObj(Render::new).toList())
        .onComplete(new Follow("complete"))
        .onSuccess(new Follow("success"))
        .onFailure(new Follow("failure"));
  }

  private void assertFollowed(String... whens) {
    assertThat(followed.keySet()).containsExactlyInAnyOrder(whens);
    assertThat(followed.values()).allMatch(ids -> ids.size() == 1);
    assertThat(tooEarly).isEmpty();
  }

  private static JobStatus job(Holdfast holdfast, JobId id) {
    return holdfast.status(id).orElseThrow();
  }

  private static BatchStatus status(Holdfast holdfast, JobId id) {
    return holdfast.batches().status(id).orElseThrow();
  }

  @Test
  void all_succeed_and_it_succeeds_and_was_looked_at_three_times_at_most(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    work(holdfast, workers);
    JobId id = holdfast.batches().enqueue(batch(200));
    engine.letPass(Duration.ofMinutes(1));

    assertFollowed("complete", "success");
    assertThat(status(holdfast, id))
        .isEqualTo(new BatchStatus(id, JobState.SUCCEEDED, true, 200, 200, 0, 0, List.of()));
    assertThat(status(holdfast, id).progress()).isEqualTo(1);
    assertThat(holdfast.result(id, Counts.class)).contains(new Counts(200, 200, 0, 0));
    assertThat(job(holdfast, id).counters().claims()).isLessThanOrEqualTo(3);
  }

  @Test
  void one_in_another_ends_before_it(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    deaths.put(2, 1);
    work(holdfast, workers);
    total = 5;
    JobBatch<Object> inner =
        JobBatch.<Object>of("pages", List.of(new Render(1), new Render(2)))
            .onSuccess(new Follow("inner success"));
    JobBatch<Object> outer =
        JobBatch.<Object>of("books", List.of(new Render(0), inner, batchOf(3, 4)))
            .idempotencyKey("book")
            .onComplete(new Follow("complete"))
            .onSuccess(new Follow("success"));
    JobId id = holdfast.batches().enqueue(outer);
    engine.letPass(Duration.ofMinutes(1));

    assertThat(followed).isEmpty();
    BatchStatus open = status(holdfast, id);
    assertThat(open.state()).isEqualTo(JobState.WAITING);
    assertThat(open.total()).isEqualTo(3);
    assertThat(open.succeeded()).isEqualTo(2);
    assertThat(holdfast.batches().enqueue(outer)).isEqualTo(id);

    redrive(holdfast);
    engine.letPass(Duration.ofMinutes(1));

    assertFollowed("inner success", "complete", "success");
    assertThat(status(holdfast, id).state()).isEqualTo(JobState.SUCCEEDED);
  }

  private static JobBatch<Render> batchOf(Integer... pages) {
    return JobBatch.of("pages", List.of(pages).stream().map(Render::new).toList());
  }

  @Test
  void a_nested_one_that_dies_is_a_dead_job_of_the_outer_one(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    deaths.put(1, 1);
    work(holdfast, workers);
    total = 2;
    JobBatch<Object> outer =
        JobBatch.<Object>of(
                "books", List.of(new Render(0), batchOf(1).keepOpen(Duration.ofHours(1))))
            .onFailure(new Follow("failure"));
    JobId id = holdfast.batches().enqueue(outer);
    engine.letPass(Duration.ofMinutes(50));
    assertThat(followed).isEmpty();
    engine.letPass(Duration.ofMinutes(20));

    assertFollowed("failure");
    assertThat(status(holdfast, id).dead()).isEqualTo(1);
  }

  @Test
  void an_empty_one_succeeds(Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    work(holdfast, workers);
    JobId id = holdfast.batches().enqueue(batch(0));
    engine.letPass(Duration.ofMinutes(1));
    assertFollowed("complete", "success");
    assertThat(status(holdfast, id).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void what_died_and_is_redriven_makes_it_succeed_and_failure_follows_once(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    deaths.put(1, 1);
    deaths.put(2, 2);
    work(holdfast, workers);
    JobId id = holdfast.batches().enqueue(batch(5));
    engine.letPass(Duration.ofMinutes(1));

    assertFollowed("complete", "failure");
    BatchStatus open = status(holdfast, id);
    assertThat(open.state()).isEqualTo(JobState.WAITING);
    assertThat(open.succeeded()).isEqualTo(3);
    assertThat(open.dead()).isEqualTo(2);
    assertThat(open.unsuccessful()).containsExactlyInAnyOrder(pages.get(1), pages.get(2));

    engine.letPass(Duration.ofDays(30));
    for (int i = 0; i < 2; i++) {
      assertThat(status(holdfast, id).state()).isEqualTo(JobState.WAITING);
      redrive(holdfast);
      engine.letPass(Duration.ofMinutes(1));
    }

    assertFollowed("complete", "failure", "success");
    assertThat(status(holdfast, id).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void nobody_redrives_what_died_and_it_dies_when_it_is_no_longer_kept_open(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    deaths.put(1, 1);
    work(holdfast, workers);
    JobId id = holdfast.batches().enqueue(batch(3).keepOpen(Duration.ofDays(2)));
    engine.letPass(Duration.ofHours(47));
    assertThat(status(holdfast, id).state()).isEqualTo(JobState.WAITING);
    engine.letPass(Duration.ofHours(2));
    assertThat(status(holdfast, id).state()).isEqualTo(JobState.DEAD);
    assertThat(job(holdfast, id).lastFailure().orElseThrow().message())
        .contains("1 of its 3 jobs died")
        .contains("PT48H");
    assertFollowed("complete", "failure");
  }

  @Test
  void what_was_cancelled_cannot_come_back_and_it_dies_at_once(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    discarded.add(1);
    work(holdfast, workers);
    JobId id = holdfast.batches().enqueue(batch(3));
    engine.letPass(Duration.ofMinutes(1));
    assertThat(status(holdfast, id).state()).isEqualTo(JobState.DEAD);
    assertThat(status(holdfast, id).cancelled()).isEqualTo(1);
    assertFollowed("complete", "failure");
  }

  @Test
  void a_waiting_one_can_be_cancelled(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    deaths.put(1, 1);
    work(holdfast, workers);
    JobId id = holdfast.batches().enqueue(batch(3));
    engine.letPass(Duration.ofMinutes(1));
    holdfast.cancel(id);
    engine.letPass(Duration.ofMinutes(1));
    assertThat(status(holdfast, id).state()).isEqualTo(JobState.CANCELLED);
  }

  @Test
  void one_that_was_left_half_way_is_completed_by_its_key_and_no_job_runs_twice(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    work(holdfast, workers);
    holdfast.queue("pages").pause();
    holdfast.queue("pages").changeBound(3);
    assertThatExceptionOfType(QueueFullException.class)
        .isThrownBy(() -> holdfast.batches().enqueue(batch(10).idempotencyKey("k")));
    holdfast.queue("pages").clearBound();
    holdfast.queue("pages").resume();
    engine.letPass(Duration.ofHours(23));
    assertThat(pages).hasSize(3);
    assertThat(followed).isEmpty();

    JobId id = holdfast.batches().enqueue(batch(10).idempotencyKey("k"));
    engine.letPass(Duration.ofMinutes(1));

    assertFollowed("complete", "success");
    assertThat(status(holdfast, id).succeeded()).isEqualTo(10);
    assertThat(holdfast.queue("pages").jobs(JobState.SUCCEEDED, null, 200).items())
        .hasSize(10)
        .allMatch(each -> each.counters().claims() == 1);
    assertThat(holdfast.batches().enqueue(batch(10).idempotencyKey("k"))).isEqualTo(id);
    engine.letPass(Duration.ofMinutes(1));
    assertFollowed("complete", "success");
  }

  @Test
  void one_that_nobody_completes_dies_after_a_day(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    work(holdfast, workers);
    holdfast.queue("pages").pause();
    holdfast.queue("pages").changeBound(3);
    assertThatExceptionOfType(QueueFullException.class)
        .isThrownBy(() -> holdfast.batches().enqueue(batch(10)));
    holdfast.queue("pages").resume();
    engine.letPass(Duration.ofHours(23));
    assertThat(holdfast.deadLetters("books").size()).isZero();
    engine.letPass(Duration.ofHours(2));
    assertThat(holdfast.deadLetters("books").list(null, 10).items())
        .singleElement()
        .matches(letter -> letter.history().get(0).failure().message().contains("never sealed"));
    assertThat(followed).isEmpty();
  }

  static List<Long> seeds() {
    return IntStream.range(0, Integer.getInteger("holdfast.batchSeeds", 25))
        .mapToObj(Long::valueOf)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whatever_its_jobs_do_and_whoever_crashes_it_ends_once_and_not_early(
      long seed, Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    Random random = new Random(seed);
    int jobs = random.nextInt(12);
    boolean some = random.nextInt(4) == 0;
    for (int page = 0; page < jobs; page++) {
      if (some && random.nextInt(4) == 0) {
        discarded.add(page);
      } else if (random.nextInt(3) == 0) {
        deaths.put(page, 1 + random.nextInt(2));
      }
    }
    List<CrashPoint> points = List.of(CrashPoint.CLAIM, CrashPoint.HANDLER, CrashPoint.ACK);
    List<Crash> crashes = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      crashes.add(workers.crashAfter(points.get(random.nextInt(points.size()))));
    }
    for (int i = 0; i < 4; i++) {
      work(holdfast, workers);
    }
    JobId id = holdfast.batches().enqueue(batch(jobs));

    for (int i = 0; i < 6; i++) {
      engine.letPass(Duration.ofHours(1));
      assertThat(pages).as("seed %d: %s", seed, crashes).hasSize(jobs);
      redrive(holdfast);
    }

    BatchStatus status = status(holdfast, id);
    assertThat(status.sealed()).isTrue();
    Set<String> expected =
        !discarded.isEmpty()
            ? Set.of("complete", "failure")
            : deaths.isEmpty()
                ? Set.of("complete", "success")
                : Set.of("complete", "failure", "success");
    assertThat(status.state())
        .as("seed %d: %s %s", seed, status, crashes)
        .isEqualTo(discarded.isEmpty() ? JobState.SUCCEEDED : JobState.DEAD);
    assertFollowed(expected.stream().collect(Collectors.toList()).toArray(String[]::new));
  }
}
