package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.Trip;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.ProxyFault;
import dev.holdfast.testkit.redis.ProxyRule;
import dev.holdfast.testkit.redis.RedisProxy;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of records whose replies are lost. */
@Isolated("measures recovery")
class LostAppendFaultIT extends FlowRig {
  private static final int SOUND = 99;

  @Fault(
      row = 73,
      what = "replies to the record of a step lost three times, connection reset",
      must = "written once; the run goes on within T+C, on the same worker; no step runs twice")
  void a_record_whose_reply_was_lost_is_sent_again_and_written_once(Observed observed) {
    goesOn(rule -> rule.times(3).dropReplyAndReset(), 3, observed);
  }

  @Fault(
      row = 73,
      what = "reply to the record of a step lost, connection silent for longer than the lease",
      must = "written once; the run goes on within T+C, on the same worker; no step runs twice")
  void a_record_is_sent_again_after_the_silence(Observed observed) {
    goesOn(ProxyRule::dropReply, 1, observed);
  }

  @Fault(
      row = 73,
      what = "the record of a step lost on its way, connection reset",
      must = "written once; the run goes on within T+C, on the same worker; no step runs twice")
  void a_record_that_never_arrived_is_sent_again(Observed observed) {
    goesOn(ProxyRule::dropCommandAndReset, 1, observed);
  }

  private void goesOn(Function<ProxyRule, ProxyFault> fault, int times, Observed observed) {
    RedisProxy proxy = proxy();
    WorkerProcess worker = remoteFlowWorker(proxy.uri());
    int entries = entriesOfSoundRun(SOUND);
    JobId id = startWithSignal(Trip.gated(1, "second:after"));
    awaitAt(1, "second:after", 1);
    ProxyFault lost = fault.apply(proxy.on(appendsOf(id)));
    history.openGate(1);

    lost.await(LONG);
    observed.recoversWithin(
        COMMAND.plus(RECONNECT),
        "the next steps run",
        () -> effects(1, "left") == 1 && effects(1, "right") == 1);
    awaitState(id, JobState.SUCCEEDED);

    assertThat(lost.count()).isEqualTo(times);
    verifyTrip(id, 1, Set.of());
    assertThat(journal(id)).hasSize(entries);
    assertThat(status(id).counters().crashes()).isZero();
    assertThat(history.count("REFUSED")).isZero();
    assertThat(count("LOST", worker)).isZero();
    verifyStored();
  }
}
