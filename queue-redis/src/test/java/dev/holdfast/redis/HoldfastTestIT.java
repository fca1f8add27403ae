package dev.holdfast.redis;

import static dev.holdfast.testkit.HoldfastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.job.ClosedException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobType;
import dev.holdfast.job.StateReason;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.testkit.HoldfastTest;
import dev.holdfast.testkit.HoldfastTest.On;
import dev.holdfast.testkit.ManualTime;
import dev.holdfast.testkit.TestWorkers;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import dev.holdfast.worker.HandlerOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** What a test on a real Redis is given by {@link HoldfastTest}, and that nothing is left of it. */
@Isolated("counts the threads of this JVM")
@Timeout(60)
@HoldfastTest(On.REDIS)
class HoldfastTestIT {
  private static final List<Holdfast> USED = new ArrayList<>();
  private static Set<Thread> threadsBefore;

  @JobType(value = "mail.welcome", queue = "mail")
  record Mail(int number) {}

  @BeforeAll
  static void count_threads() {
    // Started here, because it outlives these tests, with a thread of its own.
    RedisServer unused = RedisServer.shared();
    threadsBefore = threads();
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("(holdfast|lettuce).*"))
        .collect(Collectors.toSet());
  }

  @RepeatedTest(2)
  void a_worker_runs_jobs_in_a_namespace_of_the_test(Holdfast holdfast, TestWorkers workers) {
    USED.add(holdfast);
    assertThat(holdfast).queue("mail").isEmpty().hasDone(0);
    HandlerOptions once = HandlerOptions.builder().retryPolicy(RetryPolicy.none()).build();
    workers.start(
        worker ->
            worker.handler(
                Mail.class,
                once,
                (mail, context) -> {
                  if (mail.number() == 1) {
                    throw new IOException("mail server is away");
                  }
                }));
    JobId later = holdfast.enqueue(new Mail(0), EnqueueOptions.in(Duration.ofHours(1))).id();
    JobId failing = holdfast.enqueue(new Mail(1)).id();
    JobId working = holdfast.enqueue(new Mail(2)).id();

    assertThat(holdfast).eventually().job(working).hasSucceeded();
    assertThat(holdfast).eventually().job(failing).isDead().withReason(StateReason.EXHAUSTED);
    assertThat(holdfast)
        .deadLetters("mail")
        .hasSize(1)
        .letter(failing)
        .lastFailedWith(IOException.class);
    assertThat(holdfast).job(later).isScheduled();
    assertThat(holdfast).eventually().queue("mail").hasScheduled(1).hasActive(0).hasDone(1);
  }

  @Test
  @HoldfastTest(On.MEMORY)
  void a_method_may_run_in_memory_beside_them(ManualTime time) {
    assertThat(time.instant()).isEqualTo(ManualTime.START);
  }

  @AfterAll
  static void nothing_is_left() {
    assertThat(USED).hasSize(2).doesNotHaveDuplicates();
    for (Holdfast used : USED) {
      assertThatThrownBy(() -> used.enqueue(new Mail(1)))
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining(" namespace hft-");
    }
    try (RespClient redis = RedisServer.shared().connect()) {
      assertThat(StoredQueue.strings(redis.command("KEYS", "hft-*"))).isEmpty();
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(threadsBefore).containsAll(threads()));
  }
}
