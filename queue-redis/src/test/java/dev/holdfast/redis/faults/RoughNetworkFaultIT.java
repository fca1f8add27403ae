package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Holdfast;
import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.RedisCommand;
import dev.holdfast.testkit.redis.RespClient;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of a network that is slow, drops its connections, or cannot be found at all. */
@Isolated("measures recovery")
class RoughNetworkFaultIT extends NetworkRig {
  /** The longest wait before a turn without answer is sent again; the default of C. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  @Fault(
      row = 25,
      what = "a round trip of 200 ms \u00b1 100, one message in twenty 400 ms later",
      must = "slower; no lease is lost, nothing runs twice")
  void a_slow_network_costs_throughput_and_no_lease(Observed observed) {
    // It reaps what is lost, and has no slot to claim.
    worker(1);
    JobId own = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    WorkerProcess far = remoteWorker(4);
    proxy.delay(Duration.ofMillis(100), Duration.ofMillis(50));
    // For a lease of 30 s the row says 2 s; these leases are a fifteenth of that, and 400 ms is
    // what they can bear: L - H is 1.4 s, and an extension may be held up on both ways.
    proxy.stall(0.05, Duration.ofMillis(400));
    JobId held = enqueue(2, "gate");
    long start = System.nanoTime();
    for (int n = 3; n <= 42; n++) {
      enqueue(n, "ok");
    }
    awaitThat("forty are done", () -> done() == 40);
    double seconds = (System.nanoTime() - start) / 1e9;
    awaitThat("three leases long", () -> System.nanoTime() - start >= 3 * LEASE.toNanos());
    history.openGate(1);
    history.openGate(2);
    awaitState(own, JobState.SUCCEEDED);
    awaitState(held, JobState.SUCCEEDED);

    observed.figure(String.format(Locale.ROOT, "%.0f jobs a second in 3 slots", 40 / seconds));
    assertThat(history.count("BEGIN")).isEqualTo(42);
    assertThat(history.count("REAPED")).isZero();
    assertThat(count("LOST", far)).isZero();
  }

  @Fault(
      row = 26,
      what = "all connections reset again and again: 50 times a minute",
      must = "no job lost, none run twice; connections and heap stay flat")
  void a_storm_of_resets_loses_nothing_and_leaks_nothing(Observed observed) {
    int flaps = FULL ? 50 : 12;
    Duration between = Duration.ofMillis(FULL ? 1_200 : 500);
    Holdfast producer = connect(proxy.uri());
    WorkerProcess worker = remoteWorker(4);
    enqueue(1, "heap");
    awaitEvent("END", 1, 1);
    proxy.reset();
    lasts(between);
    int clients = clients().size();
    enqueue(2, "heap");
    awaitEvent("END", 2, 1);

    int number = 2;
    for (int flap = 1; flap <= flaps; flap++) {
      long next = System.nanoTime() + between.toNanos();
      for (int n = 0; n < 20; n++) {
        number++;
        producer.enqueue(new Work(number, "busy"));
      }
      awaitThat("the next reset", () -> System.nanoTime() - next >= 0);
      proxy.reset();
    }
    int jobs = number;
    awaitThat("all are done", () -> done() == jobs);
    enqueue(number + 1, "heap");
    awaitEvent("END", number + 1, 1);

    assertThat(history.count("BEGIN")).isEqualTo(jobs + 1);
    assertThat(history.count("REAPED")).isZero();
    assertThat(count("LOST", worker)).isZero();
    awaitThat("as many clients as before", () -> Math.abs(clients().size() - clients) <= 2);
    long before = heap(2);
    long after = heap(number + 1);
    observed.figure(
        String.format(
            Locale.ROOT,
            "%d resets, %d jobs, clients %d -> %d, heap %.1f -> %.1f MB",
            flaps,
            jobs,
            clients,
            clients().size(),
            before / 1e6,
            after / 1e6));
    // A leaked Lettuce connection alone is some 100 kB with its buffers.
    assertThat(after).as("heap after").isLessThan(before + (3 << 20));
  }

  private long heap(int number) {
    String start = "HEAP " + number + " used=";
    return history.lines().stream()
        .filter(line -> line.startsWith(start))
        .map(line -> Long.parseLong(line.substring(start.length())))
        .findFirst()
        .orElseThrow();
  }

  @Fault(
      row = 27,
      what = "CLIENT KILL TYPE normal while a worker waits for a bell",
      must = "the next job begins within C")
  void a_worker_whose_connections_were_killed_claims_again(Observed observed) {
    remoteWorker(1);
    try (RespClient raw = redis.connect()) {
      for (int n = 1; n <= 4; n++) {
        int number = n;
        proxy.on(RedisCommand.named("BLPOP")).watch().await(LONG);
        assertThat(raw.text("CLIENT", "KILL", "TYPE", "normal")).isNotEqualTo("0");
        enqueue(number, "ok");
        observed.recoversWithin(RECONNECT, "job " + n + " begins", () -> began(number, 1));
      }
    }
    awaitThat("all are done", () -> done() == 4);
    assertThat(history.count("BEGIN")).isEqualTo(4);
  }

  @Fault(
      row = 27,
      what = "CLIENT KILL TYPE normal every 200 ms while jobs run",
      must = "every job runs once; nothing stays active")
  void killed_connections_in_mid_claim_leave_nothing_behind(Observed observed) {
    worker(4);
    for (int n = 1; n <= 150; n++) {
      enqueue(n, "busy");
    }
    int kills = 0;
    try (RespClient raw = redis.connect()) {
      while (done(raw) < 150) {
        raw.command("CLIENT", "KILL", "TYPE", "normal");
        kills++;
        lasts(Duration.ofMillis(200));
      }
    }
    observed.figure(kills + " kills, 150 of 150 jobs ran once");
    assertThat(kills).isGreaterThan(2);
    assertThat(history.count("BEGIN")).isEqualTo(150);
    // Its own connections were killed, too.
    assertThat(connect(redis.uri()).queue("work").stats().active()).isZero();
    verifyStored();
  }

  @Fault(
      row = 29,
      what = "a host that cannot be resolved at start",
      must = "refused within T, with host and cause, without the password")
  void a_start_without_a_host_fails_at_once_and_keeps_the_secret(Observed observed) {
    long start = System.nanoTime();
    assertThatThrownBy(() -> RedisEngine.connect("redis://user:s3cret@no-such-host.invalid:6379"))
        .isInstanceOfSatisfying(
            EngineRefusedException.class,
            e -> assertThat(e.problem()).isEqualTo(EngineRefusedException.Problem.UNREACHABLE))
        .hasMessageContaining("no-such-host.invalid:6379")
        .satisfies(e -> assertThat(everythingSaid(e)).doesNotContain("s3cret"));
    observed.took(Duration.ofNanos(System.nanoTime() - start), COMMAND, "the refusal");
  }

  private static String everythingSaid(Throwable error) {
    StringBuilder said = new StringBuilder();
    for (Throwable t = error; t != null; t = t.getCause()) {
      said.append(t).append('\n');
    }
    return said.toString();
  }

  @Fault(
      row = 29,
      what = "nobody listens at start, then somebody does",
      must = "refused within T; the next start succeeds")
  void a_start_that_was_refused_succeeds_once_somebody_listens(Observed observed) {
    proxy.refuse(true);
    long start = System.nanoTime();
    assertThatThrownBy(() -> RedisEngine.connect(proxy.uri()))
        .isInstanceOf(EngineRefusedException.class)
        .hasMessageContaining("127.0.0.1:" + proxy.port());
    observed.took(Duration.ofNanos(System.nanoTime() - start), COMMAND, "the refusal");
    proxy.pass();
    assertThat(connect(proxy.uri()).queue("work").stats().ready()).isZero();
  }

  @Fault(
      row = 29,
      what = "the address refuses every connection while a worker runs, then answers",
      must = "the worker resumes by itself within C and 2 s, the longest pause between its tries")
  void a_running_worker_tries_again_until_it_is_let_in(Observed observed) {
    remoteWorker(1);
    proxy.refuse(true);
    proxy.reset();
    JobId id = enqueue(1, "ok");
    // Long enough for the waits between tries to have grown.
    lasts(Duration.ofSeconds(2));
    assertThat(proxy.connections()).isEmpty();
    assertThat(began(1, 1)).isFalse();

    proxy.pass();
    observed.recoversWithin(RECONNECT.plus(PAUSE), "job 1 begins", () -> began(1, 1));
    awaitState(id, JobState.SUCCEEDED);
    assertThat(history.count("BEGIN")).isEqualTo(1);
  }
}
