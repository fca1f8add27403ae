package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Worker;
import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.deadletter.RedriveResult;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobType;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.job.StateReason;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import dev.holdfast.worker.WorkerHealth;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** What a worker makes of a Redis that holds what Holdfast did not write there. */
class WorkerCorruptIT extends WorkerFixture {
  @JobType(value = "order", queue = "good")
  record Order(int number) {}

  private String key(String queue, String name) {
    return namespace + ":{" + queue + "}:" + name;
  }

  private Worker.Builder both() {
    return Worker.on(holdfast)
        .handler(Order.class, (order, context) -> {})
        .queue("good", 2)
        .queue("bad", 2);
  }

  private JobId enqueueBad(int number) {
    return holdfast.enqueue(new Order(number), EnqueueOptions.defaults().queue("bad")).id();
  }

  @Test
  void a_job_whose_envelope_cannot_be_read_is_dead_with_its_raw_bytes_and_others_go_on() {
    JobId bad = enqueueBad(1);
    JobId good = enqueueBad(2);
    String header = "n\torder\t\t\t\t\n";
    try (RespClient client = RedisServer.shared().connect()) {
      client.command("HSET", key("bad", "jobs"), bad.key(), header + "{\"v\":1,\"payload\":{{{");
    }
    start(both());
    awaitState(bad, JobState.DEAD);
    awaitState(good, JobState.SUCCEEDED);
    DeadLetter letter = holdfast.deadLetters("bad").read(bad).orElseThrow();
    assertThat(letter.reason()).isEqualTo(StateReason.MALFORMED);
    assertThat(letter.type()).isEqualTo("order");
    assertThat(letter.counters().failures()).isZero();
    assertThat(new String(letter.body(), StandardCharsets.UTF_8)).contains("{{{");
  }

  @Test
  void a_correlation_id_of_several_lines_is_one_line_in_the_mdc() {
    JobId forged = enqueueBad(1);
    try (RespClient client = RedisServer.shared().connect()) {
      client.command(
          "HSET",
          key("bad", "jobs"),
          forged.key(),
          "n\torder\t\t\t\t\n"
              + "{\"v\":1,\"correlationId\":\"a\\nERROR forged\",\"payload\":{\"number\":1}}");
    }
    AtomicReference<String> seen = new AtomicReference<>();
    start(
        Worker.on(holdfast)
            .handler(Order.class, (order, context) -> seen.set(MDC.get("correlationId")))
            .queue("bad", 1));
    awaitState(forged, JobState.SUCCEEDED);
    assertThat(seen).hasValue("a ERROR forged");
  }

  @Test
  void a_payload_of_another_shape_is_dead_and_not_retried() {
    JobId bad = enqueueBad(1);
    try (RespClient client = RedisServer.shared().connect()) {
      client.command(
          "HSET",
          key("bad", "jobs"),
          bad.key(),
          "n\torder\t\t\t\t\n{\"v\":1,\"payload\":{\"number\":\"seven\"}}");
    }
    start(both());
    awaitState(bad, JobState.DEAD);
    DeadLetter letter = holdfast.deadLetters("bad").read(bad).orElseThrow();
    assertThat(letter.reason()).isEqualTo(StateReason.MALFORMED);
    assertThat(letter.counters().claims()).isEqualTo(1);
    assertThat(letter.lastAttempt().orElseThrow().failure().message()).contains("seven");
  }

  @Test
  void a_job_of_a_later_envelope_version_waits_for_a_worker_that_reads_it() {
    JobId later = enqueueBad(1);
    try (RespClient client = RedisServer.shared().connect()) {
      client.command(
          "HSET",
          key("bad", "jobs"),
          later.key(),
          "n\torder\t\t\t\t\n{\"v\":2,\"payload\":{\"number\":1}}");
    }
    start(both());
    await().atMost(SOON).until(() -> status(later).counters().misses() == 1);
    assertThat(status(later).reason()).isEqualTo(StateReason.MISSED);
    assertThat(status(later).counters().failures()).isZero();
  }

  @Test
  void a_missing_body_is_dead_with_its_reason() {
    JobId bad = enqueueBad(1);
    JobId good = enqueueBad(2);
    try (RespClient client = RedisServer.shared().connect()) {
      client.command("HDEL", key("bad", "jobs"), bad.key());
    }
    start(both());
    awaitState(good, JobState.SUCCEEDED);
    awaitState(bad, JobState.DEAD);
    assertThat(status(bad).reason()).isEqualTo(StateReason.MISSING);
    assertThat(holdfast.deadLetters("bad").redrive(bad)).isEqualTo(RedriveResult.BODY_MISSING);
  }

  @Test
  void a_queue_with_a_key_of_the_wrong_type_is_marked_and_reported_while_others_go_on() {
    try (RespClient client = RedisServer.shared().connect()) {
      client.command("SET", key("bad", "leases"), "not a set of ours");
      Worker worker = start(both());
      await().atMost(SOON).until(() -> worker.health().status() == WorkerHealth.Status.DEGRADED);
      assertThat(worker.health().reasons())
          .anyMatch(reason -> reason.contains("bad") && reason.contains("leases"));
      JobId good = holdfast.enqueue(new Order(1)).id();
      awaitState(good, JobState.SUCCEEDED);
      assertThatThrownBy(() -> holdfast.queue("bad").stats())
          .isInstanceOf(QueueCorruptException.class)
          .hasMessageContaining("bad");

      client.command("DEL", key("bad", "leases"));
      awaitState(enqueueBad(2), JobState.SUCCEEDED);
      await().atMost(SOON).until(() -> worker.health().status() == WorkerHealth.Status.UP);
    }
  }
}
