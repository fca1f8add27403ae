package dev.holdfast.redis.faults;

import static dev.holdfast.redis.ScriptNames.calls;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.EnqueueResult;
import dev.holdfast.Enqueued;
import dev.holdfast.Holdfast;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.ProxyFault;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of replies that are lost: what was asked for has happened, and who asked does not know. */
@Isolated("measures recovery")
class LostReplyFaultIT extends NetworkRig {
  private static final Counters ONE_CLAIM = new Counters(0, 1, 0, 0, 0);

  // A turn that is not answered is sent again under its number, and what it claimed is handed out
  // again: so a claim is not lost with its reply, and the job need not wait for its lease to end.

  @Fault(
      row = 17,
      what = "reply to a claim lost, connection reset",
      must = "the same claim is handed out again within T+C; the job runs once")
  void a_claim_is_handed_out_again_when_its_reply_was_lost(Observed observed) {
    remoteWorker(1);
    ProxyFault lost = onClaimOf(1).dropReplyAndReset();
    JobId id = enqueue(1, "ok");

    lost.await(LONG);
    assertThat(history.count("BEGIN", 1)).isZero();
    observed.recoversWithin(COMMAND.plus(RECONNECT), "job 1 begins", () -> began(1, 1));

    awaitState(id, JobState.SUCCEEDED);
    assertThat(status(id).counters()).isEqualTo(ONE_CLAIM);
    assertThat(history.count("BEGIN", 1)).isEqualTo(1);
  }

  @Fault(
      row = 17,
      what = "reply to a claim lost, connection silent for longer than the lease",
      must = "the same claim is handed out again within T+C; the job runs once")
  void a_claim_is_handed_out_again_after_the_silence(Observed observed) {
    remoteWorker(1);
    ProxyFault lost = onClaimOf(1).dropReply();
    JobId id = enqueue(1, "ok");

    lost.await(LONG);
    observed.recoversWithin(COMMAND.plus(RECONNECT), "job 1 begins", () -> began(1, 1));

    awaitState(id, JobState.SUCCEEDED);
    assertThat(history.count("BEGIN", 1)).isEqualTo(1);
    assertThat(status(id).counters().failures()).isZero();
  }

  @Fault(
      row = 17,
      what = "reply to a claim lost, connection silent, another worker lives",
      must = "the other runs it within L+R+J+B; the job runs once")
  void a_claim_nobody_knows_of_is_reaped_by_another_worker(Observed observed) {
    remoteWorker(1);
    WorkerProcess other = worker(1);
    // It stands still while the job is claimed, so that not it claims.
    other.signal("STOP");
    ProxyFault lost = onClaimOf(1).dropReply();
    JobId id = enqueue(1, "ok");
    lost.await(LONG);
    other.signal("CONT");

    recovers(observed, "job 1 begins", () -> began(1, 1));

    awaitState(id, JobState.SUCCEEDED);
    // Also after the silent one has asked again: its next turn but one follows an answer.
    proxy.on(calls("turn")).times(2).watch().await(2, LONG);
    assertThat(history.count("BEGIN", 1)).isEqualTo(1);
    assertThat(beganBy(other, 1)).isTrue();
    assertThat(status(id).counters()).isEqualTo(new Counters(0, 2, 1, 0, 0));
  }

  @Fault(
      row = 18,
      what = "reply to an ack lost, connection reset",
      must = "the ack sent again is answered as the first; nothing runs twice")
  void an_ack_whose_reply_was_lost_is_repeated(Observed observed) {
    WorkerProcess worker = remoteWorker(1);
    JobId id = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    ProxyFault lost = proxy.on(outcomeOf(id)).dropReplyAndReset();
    history.openGate(1);

    lost.await(LONG);
    assertThat(is(id, JobState.SUCCEEDED)).isTrue();
    observed.recoversWithin(
        COMMAND.plus(RECONNECT),
        "the worker knows that its ack was taken",
        () -> answered(worker, "succeeded") == 1);

    assertSettledOnce(id, worker);
  }

  @Fault(
      row = 18,
      what = "reply to an ack lost, connection silent for longer than the lease",
      must = "the ack sent again is answered as the first; the slot is free within T+C")
  void an_ack_is_repeated_after_the_silence(Observed observed) {
    WorkerProcess worker = remoteWorker(1);
    JobId id = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    ProxyFault lost = proxy.on(outcomeOf(id)).dropReply();
    history.openGate(1);

    lost.await(LONG);
    assertThat(is(id, JobState.SUCCEEDED)).isTrue();
    enqueue(2, "ok");
    observed.recoversWithin(COMMAND.plus(RECONNECT), "job 2 begins", () -> began(2, 1));

    assertThat(answered(worker, "succeeded")).isGreaterThanOrEqualTo(1);
    assertSettledOnce(id, worker);
  }

  @Fault(
      row = 18,
      what = "ack lost on its way, connection reset",
      must = "sent again within T+C, accepted; nothing runs twice")
  void an_ack_that_never_arrived_is_sent_again(Observed observed) {
    WorkerProcess worker = remoteWorker(1);
    JobId id = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    ProxyFault lost = proxy.on(outcomeOf(id)).dropCommandAndReset();
    history.openGate(1);

    lost.await(LONG);
    observed.recoversWithin(
        COMMAND.plus(RECONNECT), "job 1 has succeeded", () -> is(id, JobState.SUCCEEDED));

    awaitThat("the worker is answered", () -> answered(worker, "succeeded") == 1);
    assertSettledOnce(id, worker);
  }

  private void assertSettledOnce(JobId id, WorkerProcess worker) {
    assertThat(status(id).counters()).isEqualTo(ONE_CLAIM);
    assertThat(history.count("BEGIN", 1)).isEqualTo(1);
    assertThat(answered(worker, "refused")).isZero();
  }

  @Fault(
      row = 18,
      what = "ack lost on its way, healed only after the lease",
      must = "one more execution at most; the late ack is refused")
  void an_ack_that_comes_after_another_run_is_refused(Observed observed) {
    WorkerProcess worker = remoteWorker(1);
    JobId id = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    worker(1);
    ProxyFault lost = proxy.on(outcomeOf(id)).dropCommandAndReset();
    history.openGate(1);
    lost.await(LONG);
    proxy.blackHole();

    recovers(observed, "job 1 has succeeded elsewhere", () -> is(id, JobState.SUCCEEDED));
    proxy.pass();

    awaitThat("the late ack is refused", () -> answered(worker, "refused") == 1);
    assertThat(answered(worker, "succeeded")).isZero();
    assertThat(history.count("BEGIN", 1)).isEqualTo(2);
    assertThat(status(id).counters()).isEqualTo(new Counters(0, 2, 1, 0, 0));
  }

  @Fault(
      row = 19,
      what = "reply to an enqueue lost twice, connection reset",
      must = "the caller is told that it was created; one job")
  void an_enqueue_whose_reply_was_lost_is_repeated_and_adds_one_job(Observed observed) {
    Holdfast producer = connect(proxy.uri());
    ProxyFault lost = proxy.on(calls("enqueue")).times(2).dropReplyAndReset();

    long start = System.nanoTime();
    Enqueued enqueued = producer.enqueue(new Work(1, "ok"));
    observed.took(
        Duration.ofNanos(System.nanoTime() - start),
        COMMAND.plus(RECONNECT),
        "the enqueue returns");

    assertThat(lost.count()).isEqualTo(2);
    assertThat(enqueued.created()).isTrue();
    assertThat(holdfast.queue("work").stats().ready()).isEqualTo(1);
    assertThat(is(enqueued.id(), JobState.READY)).isTrue();
  }

  @Fault(
      row = 19,
      what = "every reply to an enqueue lost until its deadline",
      must = "the outcome is unknown, says the exception; with its id the retry adds no second job")
  void an_enqueue_that_stays_unanswered_is_unknown_and_can_be_settled_with_its_id() {
    Holdfast producer = connect(proxy.uri());
    proxy.on(calls("enqueue")).always().dropReply();
    AtomicReference<JobId> unknown = new AtomicReference<>();
    assertThatThrownBy(() -> producer.enqueue(new Work(1, "ok")))
        .isInstanceOfSatisfying(OutcomeUnknownException.class, e -> unknown.set(e.id()));
    proxy.pass();

    Enqueued again = producer.enqueue(new Work(1, "ok"), EnqueueOptions.retryOf(unknown.get()));

    assertThat(again.id()).isEqualTo(unknown.get());
    assertThat(again.created()).isFalse();
    assertThat(holdfast.queue("work").stats().ready()).isEqualTo(1);
  }

  @Fault(
      row = 19,
      what = "replies to a list of 1,000 lost, connection reset each time",
      must = "every job of the list is there once")
  void a_list_whose_replies_were_lost_arrives_whole_and_once(Observed observed) {
    Holdfast producer = connect(proxy.uri());
    ProxyFault lost = proxy.on(calls("enqueue")).times(6).dropReplyAndReset();

    List<EnqueueResult> results =
        producer.enqueueAll(IntStream.range(0, 1_000).mapToObj(n -> new Work(n, "ok")).toList());

    assertThat(results).allMatch(result -> result instanceof Enqueued e && e.created());
    assertThat(lost.count()).isEqualTo(6);
    assertThat(verifyStored().ids())
        .containsExactlyInAnyOrderElementsOf(
            results.stream().map(result -> ((Enqueued) result).id().key()).toList());
    observed.figure("6 replies lost, 1,000 of 1,000 jobs there");
  }
}
