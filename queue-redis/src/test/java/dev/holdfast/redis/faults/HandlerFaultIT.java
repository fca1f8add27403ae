package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.StateReason;
import dev.holdfast.redis.WorkerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of handlers that harm the process they run in. */
@Isolated("measures recovery")
class HandlerFaultIT extends FaultRig {
  @Fault(
      row = 8,
      what = "a handler fills the heap, overflows the stack, or throws an Error",
      must = "one failure each, attempted again; the worker goes on and is well")
  void errors_of_the_jvm_are_failures_and_the_worker_goes_on(Observed observed) {
    WorkerProcess worker = worker(1);
    Map<JobId, String> harmful =
        Map.of(
            enqueue(1, "oom"), "java.lang.OutOfMemoryError",
            enqueue(2, "overflow"), "java.lang.StackOverflowError",
            enqueue(3, "error"), "java.lang.AssertionError");
    List<JobId> others = new ArrayList<>();
    for (int number = 11; number <= 20; number++) {
      others.add(enqueue(number, "ok"));
    }

    harmful.forEach(
        (id, error) -> {
          awaitState(id, JobState.SUCCEEDED);
          assertThat(status(id).counters()).isEqualTo(new Counters(1, 2, 0, 0, 0));
          assertThat(status(id).history())
              .singleElement()
              .satisfies(attempt -> assertThat(attempt.failure().type()).isEqualTo(error));
        });
    others.forEach(id -> awaitState(id, JobState.SUCCEEDED));
    awaitThat("its health is seen", () -> count("HEALTH", worker) > 0);
    List<String> health = history.lines().stream().filter(l -> l.startsWith("HEALTH ")).toList();
    assertThat(health.get(health.size() - 1)).contains("status=UP stuck=0");
    assertThat(worker.isAlive()).as(worker.output()).isTrue();
    assertThat(count("BEGIN", worker)).isEqualTo(16);
    observed.figure("3 failures, 13 jobs done");
    verifyStored();
  }

  @Fault(
      row = 9,
      what = "a handler that never returns and heeds no interrupt",
      must =
          "given up at its timeout and a grace, a failure; attempted again at once in the freed"
              + " slot; no more extended; health and gauge tell of the thread")
  void a_handler_that_never_returns_is_given_up_and_told_of(Observed observed) {
    Duration timeout = Duration.ofSeconds(1);
    Duration grace = Duration.ofMillis(500);
    WorkerProcess worker =
        worker(1, "timeout=" + timeout, "interruptGrace=" + grace, "threads=PLATFORM");
    JobId id = enqueue(1, "spin");
    awaitEvent("BEGIN", 1, 1);

    // A backoff of 50 ms, and the watch looks 20 times a timeout.
    observed.recoversWithin(
        timeout.plus(grace).plusMillis(100),
        "job 1 begins again",
        () -> history.count("BEGIN", 1) == 2);
    awaitState(id, JobState.SUCCEEDED);
    assertThat(status(id).counters()).isEqualTo(new Counters(1, 2, 0, 0, 0));
    assertThat(status(id).history())
        .singleElement()
        .satisfies(attempt -> assertThat(attempt.failure().type()).isEqualTo("timeout"));
    awaitThat(
        "health and gauge tell",
        () -> history.count("HEALTH", "status=DEGRADED stuck=1 gauge=1 ") > 0);
    JobId next = enqueue(2, "ok");
    awaitState(next, JobState.SUCCEEDED);
    assertThat(count("BEGIN", worker)).isEqualTo(3);
    assertThat(verifyStored().leased()).isEmpty();
  }

  @Fault(
      row = 14,
      what = "a handler that halts its JVM, three times",
      must = "a dead letter, POISON, after exactly 3 kills; no other job is lost or dies")
  void a_job_that_halts_its_jvm_is_dead_after_three_crashes_and_takes_no_other_along(
      Observed observed) {
    poison("halt", "PT2S", observed);
  }

  @Fault(
      row = 14,
      what = "a handler that calls System.exit, three times",
      must = "as if it halted; the drain does not wait for it")
  void a_job_that_calls_exit_is_not_waited_for_and_dead_after_three_crashes(Observed observed) {
    // A drain that waited for its handler would extend the lease all the time.
    List<WorkerProcess> ended = poison("exit", "PT1M", observed);
    assertThat(ended)
        .allSatisfy(worker -> assertThat(worker.output()).contains("its handler ends the JVM"));
  }

  /** Runs a job that ends its process in one of four, and returns the three that it ended. */
  private List<WorkerProcess> poison(String mode, String drainGrace, Observed observed) {
    // Short leases, for three must end one after the other.
    List<WorkerProcess> workers =
        workers(
            4,
            2,
            "lease=PT1S",
            "extendPeriod=PT0.3S",
            "reapPeriod=PT0.2S",
            "reapJitter=PT0.05S",
            "drainGrace=" + drainGrace);
    List<JobId> others = new ArrayList<>();
    others.add(enqueue(100, "ok"));
    JobId poison = enqueue(1, mode);
    for (int number = 101; number < 120; number++) {
      others.add(enqueue(number, "busy"));
    }

    awaitState(poison, JobState.DEAD);
    others.forEach(id -> awaitState(id, JobState.SUCCEEDED));

    List<WorkerProcess> ended = workers.stream().filter(worker -> !worker.isAlive()).toList();
    observed.figure(ended.size() + " of 4 processes ended, 20 other jobs done");
    assertThat(ended).hasSize(3);
    assertThat(history.count("BEGIN", 1)).isEqualTo(3);
    DeadLetter letter = holdfast.deadLetters("work").read(poison).orElseThrow();
    assertThat(letter.reason()).isEqualTo(StateReason.POISON);
    assertThat(letter.counters()).isEqualTo(new Counters(0, 3, 3, 0, 0));
    assertThat(letter.history()).hasSize(3);
    assertThat(holdfast.deadLetters("work").size()).isEqualTo(1);
    verifyStored();
    return ended;
  }
}
