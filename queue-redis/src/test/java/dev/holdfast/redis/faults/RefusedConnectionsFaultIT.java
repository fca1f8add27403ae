package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Worker;
import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.RespClient;
import dev.holdfast.worker.WorkerHealth.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of a Redis that refuses connections or closes them. */
@Isolated("measures recovery")
class RefusedConnectionsFaultIT extends RedisFaultRig {
  @Fault(
      row = 43,
      what = "maxclients is reached, then all connections are killed while it stays so",
      must =
          "a new engine is refused with the reason; those connected work on; those cut off try"
              + " again with pauses, and go on C+T after there is room")
  void a_redis_with_no_room_for_clients_is_tried_again_with_pauses(Observed observed) {
    WorkerProcess worker = hastyWorker(2);
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    try (RespClient admin = RespClient.connect(redis.uri(), LONG)) {
      String connected = admin.info("clients").get("connected_clients");
      admin.command("CONFIG", "SET", "maxclients", String.valueOf(connected));
      assertThatThrownBy(
              () -> RedisEngine.connect(WorkerMain.options(redis.uri(), NAMESPACE)).close())
          .isInstanceOf(EngineRefusedException.class)
          .hasMessageContaining("max number of clients");
      enqueue(2, "ok");
      awaitEvent("END", 2, 1);

      admin.command("CONFIG", "SET", "maxclients", "1");
      long refused = refused(admin);
      admin.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      admin.command("CLIENT", "KILL", "TYPE", "pubsub");
      lasts(Duration.ofSeconds(1));
      long tries = refused(admin) - refused;
      // Eight connections at most of two processes, each after 125 to 250 ms once it has settled.
      assertThat(tries).isBetween(1L, 150L);
      admin.command("CONFIG", "SET", "maxclients", "1000");
      observed.figure("refused " + tries + " times in 1 s");
    }
    awaitReconnected();
    enqueue(3, "ok");
    observed.recoversWithin(
        RECONNECT.plus(SHORT_COMMAND), "job 3 runs", () -> history.count("END", 3) == 1);
    history.openGate(1);
    awaitDrained();
    assertThat(worker.isAlive()).isTrue();
    assertThat(is(held, JobState.SUCCEEDED)).isTrue();
    assertNotRunAgain(held);
  }

  private static long refused(RespClient admin) {
    return Long.parseLong(admin.info("stats").getOrDefault("rejected_connections", "0"));
  }

  @Fault(
      row = 43,
      what = "Redis closes connections whose answers pass the output buffer limit",
      must =
          "health says that no answer comes; the claims are handed out again once the limit is"
              + " higher: each job runs once, with no crash")
  void claims_whose_answer_was_too_large_are_handed_out_again(Observed observed) {
    holdfast.queue("work").pause();
    List<JobId> ids = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      ids.add(enqueue(i, "x".repeat(100_000)));
    }
    // A claim whose answer was lost is not extended: the lease lasts longer than the fault.
    Worker worker = workerHere(4, Duration.ofSeconds(15));
    await().atMost(LONG).until(() -> worker.health().status() == Status.UP);
    command("CONFIG", "SET", "client-output-buffer-limit", "normal 100000 0 0");
    holdfast.queue("work").resume();
    await().atMost(LONG).until(() -> worker.health().status() == Status.DOWN);
    assertThat(worker.health().reasons()).anyMatch(reason -> reason.contains("gets no answer"));
    assertThat(history.count("BEGIN")).isZero();

    command("CONFIG", "SET", "client-output-buffer-limit", "normal 0 0 0");
    observed.recoversWithin(
        RECONNECT.plus(SHORT_COMMAND), "all four run", () -> history.count("END") == 4);
    awaitDrained();
    ids.forEach(this::assertNotRunAgain);
    assertConsistent();
  }
}
