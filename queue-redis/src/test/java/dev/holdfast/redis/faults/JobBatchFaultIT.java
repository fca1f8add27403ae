package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.JobRequest;
import dev.holdfast.batch.BatchStatus;
import dev.holdfast.batch.JobBatch;
import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.deadletter.RedriveResult;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.RespClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.parallel.Isolated;

/** The row of a batch whose workers are killed. */
@Isolated("keeps the machine busy")
class JobBatchFaultIT extends FlowRig {
  private static final int JOBS = 200;
  private static final int DOOMED = 150;
  private static final int COMPLETE = 901;
  private static final int SUCCESS = 902;
  private static final int FAILURE = 903;

  @Fault(
      row = 72,
      what =
          "SIGKILL of two of three processes at random, while a batch of 200 jobs in two queues"
              + " runs; one of the jobs dies, and is redriven",
      must =
          "the batch completes when the last job has ended, never before, and once; what follows"
              + " it is enqueued once; the redriven job completes it")
  void a_batch_completes_once_though_its_workers_are_killed(Observed observed) {
    List<WorkerProcess> workers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      workers.add(startingFlows(redis.uri(), "work=2,other=1"));
    }
    workers.forEach(this::awaitReady);
    JobId batch = holdfast.batches().enqueue(batch());
    Random random = new Random(72);
    long lastKill = 0;
    for (int kill = 0; kill < 2; kill++) {
      int at = 40 + 60 * kill + random.nextInt(40);
      awaitThat(at + " have ended", () -> history.count("END") >= at);
      WorkerProcess killed = workers.remove(random.nextInt(workers.size()));
      killed.signal("KILL");
      lastKill = System.nanoTime();
      workers.add(startingFlows(redis.uri(), "work=2,other=1"));
    }
    awaitEvent("END", COMPLETE, 1);
    awaitEvent("END", FAILURE, 1);
    Duration after = Duration.ofNanos(System.nanoTime() - lastKill);
    observed.figure("complete " + after.toMillis() + " ms after the second kill");
    verifyNotEarly(COMPLETE);
    verifyNotEarly(FAILURE);

    BatchStatus waits = holdfast.batches().status(batch).orElseThrow();
    assertThat(waits.state()).isEqualTo(JobState.WAITING);
    assertThat(List.of(waits.total(), waits.succeeded(), waits.dead(), waits.pending()))
        .containsExactly(JOBS, JOBS - 1, 1, 0);
    assertThat(history.count("BEGIN", SUCCESS)).isZero();
    List<DeadLetter> dead = holdfast.deadLetters("other").list(null, 10).items();
    assertThat(dead).hasSize(1);
    assertThat(waits.unsuccessful()).containsExactly(dead.get(0).id());

    history.openGate(DOOMED);
    assertThat(holdfast.deadLetters("other").redrive(dead.get(0).id()))
        .isEqualTo(RedriveResult.REDRIVEN);
    awaitEvent("END", SUCCESS, 1);
    awaitState(batch, JobState.SUCCEEDED);
    verifyNotEarly(SUCCESS);
    awaitThat("nothing is open", () -> open("work") + open("other") == 0);
    for (int follower : List.of(COMPLETE, SUCCESS, FAILURE)) {
      assertThat(history.count("END", follower)).as("follower " + follower).isEqualTo(1);
    }
    BatchStatus ended = holdfast.batches().status(batch).orElseThrow();
    assertThat(List.of(ended.total(), ended.succeeded(), ended.dead(), ended.pending()))
        .containsExactly(JOBS, JOBS, 0, 0);
    // The batch itself, its jobs and what followed.
    assertThat(holdfast.queue("work").stats().done() + holdfast.queue("other").stats().done())
        .isEqualTo(1 + JOBS + 3);
    awaitThat("no end is untold", () -> untold("work") + untold("other") == 0);
    verifyStored();
    observed.figure(history.count("BEGIN") - 3 - JOBS - 1 + " jobs ran twice");
  }

  private long untold(String queue) {
    try (RespClient raw = redis.connect()) {
      return Long.parseLong(raw.text("ZCARD", NAMESPACE + ":{" + queue + "}:ended"));
    }
  }

  private static JobBatch<JobRequest> batch() {
    List<JobRequest> jobs = new ArrayList<>();
    for (int number = 1; number <= JOBS; number++) {
      String mode = number == DOOMED ? "doomed" : "busy";
      String queue = number % 2 == 0 ? "other" : "work";
      jobs.add(JobRequest.of(new Work(number, mode), EnqueueOptions.defaults().queue(queue)));
    }
    return JobBatch.of("work", jobs)
        .onComplete(new Work(COMPLETE, "ok"))
        .onSuccess(new Work(SUCCESS, "ok"))
        .onFailure(new Work(FAILURE, "ok"));
  }

  /** No job of the batch does anything after the follower has begun, or is still to end. */
  private void verifyNotEarly(int follower) {
    List<String> lines =
        history.lines().stream()
            .filter(line -> line.matches("(BEGIN|END|DOOMED) \\d+ .*"))
            .toList();
    int begins = indexOf(lines, "BEGIN " + follower + " ");
    for (int number = 1; number <= JOBS; number++) {
      boolean doomed = number == DOOMED && follower != SUCCESS;
      String ends = (doomed ? "DOOMED " : "END ") + number + " ";
      assertThat(lines.subList(0, begins)).anyMatch(line -> line.startsWith(ends));
      if (number != DOOMED) {
        String any = " " + number + " ";
        assertThat(lines.subList(begins, lines.size())).noneMatch(line -> line.contains(any));
      }
    }
  }

  private static int indexOf(List<String> lines, String start) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(start)) {
        return i;
      }
    }
    throw new AssertionError("no line begins with " + start);
  }
}
