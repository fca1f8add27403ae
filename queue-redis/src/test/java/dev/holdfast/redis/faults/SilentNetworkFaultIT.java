package dev.holdfast.redis.faults;

import static dev.holdfast.redis.ScriptNames.calls;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.ProxiedConnection;
import dev.holdfast.testkit.redis.ProxyDirection;
import dev.holdfast.testkit.redis.ProxyFault;
import dev.holdfast.testkit.redis.RedisCommand;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of a network that passes nothing on and tells nobody. */
@Isolated("measures recovery and CPU time")
class SilentNetworkFaultIT extends NetworkRig {
  /**
   * Of one processor, of which a thread that spins takes all it can get. Seen without one: 5 to 10
   * %, by the speed of the machine.
   */
  private static final double MOST_CPU = 0.25;

  private static final Duration CPU_WINDOW = Duration.ofSeconds(5);

  // Bells only wake. A worker that hears none looks by itself once every B, so the silence costs
  // at most B, and never a job.

  @Fault(
      row = 20,
      what = "the blocking connection black-holed",
      must = "jobs wait B at most; the connection is closed, not reused, by B+3s+C")
  void jobs_are_claimed_without_bells_and_the_silent_connection_is_replaced(Observed observed) {
    remoteWorker(1);
    ProxiedConnection silent = onlyConnection(BELL_CONNECTION);
    proxy.on(RedisCommand.named("BLPOP")).watch().await(LONG);
    silent.blackHole();

    enqueue(1, "ok");
    observed.recoversWithin(BLOCK, "job 1 begins without a bell", () -> began(1, 1));
    ProxyFault again = proxy.on(RedisCommand.named("BLPOP")).watch();
    observed.recoversWithin(
        BELLS.plus(RECONNECT), "bells are waited for again", () -> again.count() == 1);
    // The silent connection was closed; that it was shows once its end may pass.
    assertThat(proxy.connections(BELL_CONNECTION)).hasSize(2);
    silent.pass();
    awaitThat("the silent connection has ended", () -> !silent.isOpen());
    enqueue(2, "ok");
    observed.recoversWithin(BLOCK, "job 2 begins", () -> began(2, 1));
  }

  @Fault(
      row = 21,
      what = "all connections black-holed for 1 s, shorter than L-H",
      must = "nothing runs twice, no lease is lost, no handler is interrupted")
  void a_partition_shorter_than_a_lease_goes_unnoticed_by_jobs(Observed observed) {
    WorkerProcess worker = remoteWorker(2);
    JobId id = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    // It reaps, if there is anything to reap.
    worker(1);
    // Just extended: the lease lasts L, and the next extension is sent into the hole.
    proxy.on(calls("extend")).watch().await(LONG);
    proxy.blackHole();
    lasts(Duration.ofSeconds(1));
    proxy.pass();
    ProxyFault extended = proxy.on(calls("extend")).answering("EXTENDED").watchReply();

    observed.recoversWithin(
        EXTEND.plus(RECONNECT), "the lease is extended again", () -> extended.count() == 1);
    history.openGate(1);
    awaitState(id, JobState.SUCCEEDED);
    assertThat(status(id).counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
    assertThat(history.count("UNHEEDED")).isZero();
    assertThat(count("LOST", worker)).isZero();
    assertThat(history.count("REAPED")).isZero();
  }

  // The handler is not interrupted while its worker only guesses that the lease is over: it learns
  // that the lease is in doubt, and is interrupted once Redis says that the claim is gone.

  @Fault(
      row = 22,
      what = "all connections black-holed for longer than L",
      must = "another worker runs the job within L+R+J+B; after the heal the first is refused")
  void a_partition_longer_than_a_lease_gives_the_job_to_another_worker(Observed observed) {
    WorkerProcess first = remoteWorker(1);
    JobId id = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    WorkerProcess other = worker(1);

    proxy.blackHole();
    recovers(observed, "job 1 begins elsewhere", () -> began(1, 2));
    assertThat(beganBy(other, 1)).isTrue();
    assertThat(history.count("UNHEEDED")).isZero();
    proxy.pass();
    observed.recoversWithin(
        COMMAND.plus(RECONNECT).plus(EXTEND),
        "the first handler is interrupted",
        () -> history.count("UNHEEDED", 1) == 1);
    history.openGate(1);
    awaitEvent("END", 1, 2);
    awaitState(id, JobState.SUCCEEDED);

    awaitThat("the first worker's ack is refused", () -> answered(first, "refused") == 1);
    assertThat(answered(other, "succeeded")).isEqualTo(1);
    assertThat(answered(first, "succeeded")).isZero();
    assertThat(status(id).counters()).isEqualTo(new Counters(0, 2, 1, 0, 0));
    // It goes on: with the other out of the way it gets what comes.
    other.signal("STOP");
    enqueue(2, "ok");
    observed.recoversWithin(
        COMMAND.plus(RECONNECT), "job 2 begins at the first", () -> beganBy(first, 2));
    other.signal("CONT");
  }

  @Fault(
      row = 23,
      what = "half closed: Redis sees the end, the worker is not told",
      must = "claims resume within B+3s+C; no thread spins")
  void connections_whose_far_end_has_left_are_replaced(Observed observed) {
    halfClosed(observed, ProxyDirection.CLIENT_TO_REDIS, BELLS.plus(RECONNECT));
  }

  @Fault(
      row = 23,
      what = "half closed: the worker sees the end, Redis is not told",
      must = "claims resume within C+B; no thread spins")
  void connections_whose_far_end_stays_are_replaced(Observed observed) {
    // Redis keeps the old blocked call, which may take one bell with it: that costs B.
    halfClosed(observed, ProxyDirection.REDIS_TO_CLIENT, RECONNECT.plus(BLOCK));
  }

  private void halfClosed(Observed observed, ProxyDirection direction, Duration bound) {
    WorkerProcess worker = remoteWorker(2);
    JobId running = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    // What a first loss of connections loads and compiles is not to be counted.
    proxy.reset();
    enqueue(2, "ok");
    awaitEvent("END", 2, 1);
    onlyConnection(BELL_CONNECTION);
    long start = System.nanoTime();
    Duration before = cpu(worker);
    proxy.halfClose(direction);

    JobId id = enqueue(3, "ok");
    observed.recoversWithin(bound, "job 3 begins", () -> began(3, 1));
    awaitThat("a while has passed", () -> System.nanoTime() - start >= CPU_WINDOW.toNanos());
    double share =
        (double) cpu(worker).minus(before).toNanos() / Math.max(1, System.nanoTime() - start);
    observed.figure(String.format(Locale.ROOT, "CPU %.1f %%", share * 100));
    history.openGate(1);
    awaitState(running, JobState.SUCCEEDED);
    awaitState(id, JobState.SUCCEEDED);
    assertThat(history.count("BEGIN")).isEqualTo(3);
    assertThat(share).as("share of a processor").isLessThan(MOST_CPU);
  }

  private static Duration cpu(WorkerProcess worker) {
    return ProcessHandle.of(worker.pid()).flatMap(p -> p.info().totalCpuDuration()).orElseThrow();
  }

  // What a black hole hides from Redis are clients that have left: it goes on to serve their
  // blocked calls. Here a blocked call takes a bell, never a job.

  @Fault(
      row = 28,
      what = "worker gone while Redis still serves its blocked call",
      must = "the next job begins within B: the ghost takes one bell, no job")
  void a_ghost_takes_a_bell_and_no_job(Observed observed) {
    WorkerProcess ghost = remoteWorker(1);
    worker(1);
    awaitThat("both wait at the bell", () -> ringers().size() == 2);
    // Its call has just begun, and lasts B.
    proxy.on(RedisCommand.named("BLPOP")).watch().await(LONG);
    proxy.blackHole();
    ghost.signal("KILL");
    assertThat(ringers()).as("Redis does not know that one has left").hasSize(2);
    for (int n = 1; n <= 5; n++) {
      int number = n;
      enqueue(number, "ok");
      observed.recoversWithin(BLOCK, "job " + n + " begins", () -> began(number, 1));
    }
    awaitThat("all are done", () -> done() == 5);
    assertThat(history.count("BEGIN")).isEqualTo(5);
  }

  private List<String> ringers() {
    return clients().stream().filter(client -> client.contains(BELL_CONNECTION)).toList();
  }

  @Fault(
      row = 28,
      what = "worker gone with a claim that Redis has answered into the void",
      must = "the job begins elsewhere within L+R+J+B")
  void a_claim_of_a_ghost_is_reaped(Observed observed) {
    WorkerProcess ghost = remoteWorker(1);
    WorkerProcess other = worker(1);
    other.signal("STOP");
    ProxyFault held = onClaimOf(1).holdReply();
    JobId id = enqueue(1, "ok");
    held.await(LONG);
    proxy.blackHole();
    ghost.signal("KILL");
    other.signal("CONT");

    recovers(observed, "job 1 begins elsewhere", () -> began(1, 1));

    awaitState(id, JobState.SUCCEEDED);
    assertThat(history.count("BEGIN", 1)).isEqualTo(1);
    assertThat(status(id).counters()).isEqualTo(new Counters(0, 2, 1, 0, 0));
  }
}
