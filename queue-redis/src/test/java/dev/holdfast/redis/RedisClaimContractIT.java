package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.TurnReply;
import dev.holdfast.testkit.contract.ClaimContract;
import dev.holdfast.testkit.contract.EngineHarness;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Beside the contract: what a turn makes of keys that no script of ours leaves so. */
final class RedisClaimContractIT extends ClaimContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }

  private void redis(String command, String key, String... rest) {
    RedisHarness harness = (RedisHarness) harness();
    String[] parts = new String[rest.length + 2];
    parts[0] = command;
    parts[1] = harness.key(queue(), key);
    System.arraycopy(rest, 0, parts, 2, rest.length);
    harness.redis().command(parts);
  }

  @Test
  void a_job_whose_body_is_gone_becomes_a_dead_letter_and_hides_no_other() {
    List<String> keys = enqueue(2);
    redis("HDEL", "jobs", keys.get(0));

    TurnReply reply = taker().turn(5);
    assertThat(reply.corrupt()).isEqualTo(1);
    assertThat(keysOf(reply.claims())).containsExactly(keys.get(1));
    StoredJob job = stored(keys.get(0));
    assertThat(job.state()).isEqualTo(JobState.DEAD);
    assertThat(job.reason()).isEqualTo(StateReason.MISSING);
    assertThat(job.envelope()).isNull();
    assertThat(engine().control().redrive(queue(), keys.get(0))).isEqualTo(ActReply.MISSING);
  }

  @Test
  void a_job_whose_header_cannot_be_read_becomes_a_dead_letter_with_its_raw_bytes() {
    for (String body :
        List.of("", "garbage", "x\ttype\t\t\t\t\n{}", "n\tno newline\t\t\t\t", "\n")) {
      String key = enqueueOne();
      redis("HSET", "jobs", key, body);

      TurnReply reply = taker().turn(5);
      assertThat(reply.corrupt()).as(body).isEqualTo(1);
      assertThat(reply.claims()).as(body).isEmpty();
      StoredJob job = stored(key);
      assertThat(job.state()).isEqualTo(JobState.DEAD);
      assertThat(job.reason()).isEqualTo(StateReason.MALFORMED);
      if (!body.isEmpty()) {
        assertThat(text(job.raw())).isEqualTo(body);
      }
    }
  }

  @Test
  void a_lane_entry_that_was_never_a_job_is_dropped() {
    redis("RPUSH", "ready:normal", "garbage", "", "01ARZ3NDEKTSV4RRFFQ69G5FAl");
    String key = enqueueOne();

    TurnReply reply = taker().turn(5);
    assertThat(keysOf(reply.claims())).containsExactly(key);
    assertThat(reply.corrupt()).isZero();
  }

  @Test
  void a_second_entry_of_a_job_is_dropped_whether_it_runs_or_has_ended() {
    String key = enqueueOne();
    redis("RPUSH", "ready:normal", key, key);
    redis("RPUSH", "ready:high", key);

    Claim claim = taker().claimOne();
    assertThat(taker().claim(5)).isEmpty();
    redis("RPUSH", "ready:low", key);
    taker().settle(claim, succeeded());
    assertThat(taker().claim(5)).isEmpty();
    assertThat(state(key)).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void a_turn_that_meets_a_key_of_another_type_writes_nothing() {
    for (String foreign :
        List.of(
            "due", "dead", "done", "notes", "skip", "ready:low", "workers", "opsSeen", "bell")) {
      String key = enqueue(job(Priority.NORMAL)).get(0);
      RedisHarness harness = (RedisHarness) harness();
      String name = harness.key(queue(), foreign);
      harness.redis().command("DEL", name);
      harness.redis().command("SET", name, "foreign");
      taker().nextStartsHigh();

      assertThatThrownBy(() -> taker().turn(5))
          .as(foreign)
          .isInstanceOf(QueueCorruptException.class)
          .hasMessageContaining(queue().name());
      assertThatThrownBy(() -> engine().claiming().open(queue()))
          .as(foreign)
          .isInstanceOf(QueueCorruptException.class)
          .hasMessageContaining(name)
          .hasMessageContaining("string");
      harness.redis().command("DEL", name);
      assertThat(state(key)).as(foreign).isEqualTo(JobState.READY);
      assertThat(keysOf(taker().claim(5))).as(foreign).containsExactly(key);
      harness.redis().command("DEL", harness.key(queue(), "bell"));
    }
  }

  @Test
  void a_queue_with_a_layout_of_a_later_version_is_refused() {
    redis("HSET", "meta", "layout", "99");

    assertThatThrownBy(() -> engine().claiming().open(queue()))
        .isInstanceOf(QueueCorruptException.class)
        .hasMessageContaining("99")
        .hasMessageContaining("upgrade");
    redis("HSET", "meta", "layout", "1");
  }

  @Test
  void the_store_is_what_docs_keys_says() {
    List<String> keys = enqueue(3);
    enqueue(delayed(Duration.ofHours(1)));
    Claim claim = taker().claimOne();
    RedisHarness harness = (RedisHarness) harness();
    StoredQueue stored = StoredQueue.read(harness.redis(), harness.namespace(), queue());

    assertThat(stored.keyTypes().keySet())
        .containsExactlyInAnyOrder(
            "jobs",
            "track",
            "leases",
            "due",
            "ready:normal",
            "active:w1",
            "workers",
            "meta",
            "ops",
            "opsSeen",
            "bell");
    assertThat(stored.ready().get("n")).containsExactly(keys.get(1), keys.get(2));
    assertThat(claim.held().key()).isEqualTo(keys.get(0));
  }
}
