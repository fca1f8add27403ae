package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.Trip;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.ProxyFault;
import dev.holdfast.testkit.redis.RedisProxy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of processes that stand still while they lead a run. */
@Isolated("measures recovery")
class StoppedFlowFaultIT extends FlowRig {
  private static final int SOUND = 99;

  @Fault(
      row = 69,
      what = "SIGSTOP of the process of a run past its lease, SIGCONT while another goes on",
      must =
          "goes on elsewhere within L+R+J+B; one outcome a step; the first learns that its claim"
              + " is lost; the step in flight has run twice, under one idempotency key")
  void a_stopped_process_learns_that_its_run_has_gone_on(Observed observed) {
    WorkerProcess first = flowWorker();
    int entries = entriesOfSoundRun(SOUND);
    JobId id = startWithSignal(Trip.gated(1, "second:after"));
    awaitAt(1, "second:after", 1);
    WorkerProcess second = flowWorker();

    first.signal("STOP");
    recovers(observed, "the step runs again", () -> effects(1, "second") == 2);
    awaitAt(1, "second:after", 2);
    List<String> before = journal(id);
    first.signal("CONT");
    history.openGate(1);
    awaitThat("the first has learnt it", () -> count("REFUSED", first) == 1);
    assertThat(is(id, JobState.ACTIVE)).isTrue();
    assertThat(journal(id)).isEqualTo(before);

    history.openGate(1_001);
    verifyWentOn(id, first, second, before, entries);
  }

  @Fault(
      row = 69,
      what =
          "SIGSTOP past the lease with the record of a step already sent; it arrives while the"
              + " step runs again elsewhere",
      must =
          "goes on elsewhere within L+R+J+B; the late record is refused by Redis and changes"
              + " nothing; one outcome a step")
  void a_record_that_was_held_up_until_the_second_run_is_refused(Observed observed) {
    RedisProxy proxy = proxy();
    WorkerProcess first = remoteFlowWorker(proxy.uri());
    int entries = entriesOfSoundRun(SOUND);
    JobId id = startWithSignal(Trip.gated(1, "second:after"));
    awaitAt(1, "second:after", 1);
    WorkerProcess second = flowWorker();

    ProxyFault append = proxy.on(appendsOf(id)).holdCommand();
    history.openGate(1);
    append.await(LONG);
    first.signal("STOP");
    recovers(observed, "the step runs again", () -> effects(1, "second") == 2);
    awaitAt(1, "second:after", 2);
    List<String> before = journal(id);
    ProxyFault answer = proxy.on(appendsOf(id)).watchReply();
    append.release();
    answer.await(LONG);
    assertThat(journal(id)).isEqualTo(before);
    assertThat(is(id, JobState.ACTIVE)).isTrue();
    first.signal("CONT");
    awaitThat("the first has learnt it", () -> count("REFUSED", first) == 1);

    history.openGate(1_001);
    verifyWentOn(id, first, second, before, entries);
  }

  private void verifyWentOn(
      JobId id, WorkerProcess first, WorkerProcess second, List<String> before, int entries) {
    awaitState(id, JobState.SUCCEEDED);
    verifyTrip(id, 1, Set.of("second"));
    verifyKept(before, journal(id));
    assertThat(journal(id)).hasSize(entries);
    assertThat(recordedBy(id, "first")).containsExactly(pid(first));
    for (String step : List.of("second", "both/left", "both/right", "last")) {
      assertThat(recordedBy(id, step)).as(step).containsExactly(pid(second));
    }
    assertThat(history.count("REFUSED")).isEqualTo(1);
    assertThat(count("LOST", first)).isEqualTo(1);
    verifyCrashes(id, 1);
    verifyStored();
  }
}
