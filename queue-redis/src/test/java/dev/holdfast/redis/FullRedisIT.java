package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.Upkeep.Gate;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A Redis at maxmemory takes no new jobs, and lets go of those it has. */
final class FullRedisIT {
  private static final QueueRef MAIL = QueueRef.of("mail");

  private final AtomicLong now =
      new AtomicLong(Instant.parse("2030-01-01T00:00:00Z").toEpochMilli());
  private RedisProcess server;
  private RespClient redis;
  private RedisEngine engine;
  private long turns;

  @BeforeEach
  void start() {
    server = RedisServer.start();
    redis = server.connect();
    engine =
        RedisEngine.connect(
            RedisOptions.builder(server.uri()).build(), () -> Long.toString(now.get()));
    engine.claiming().open(MAIL);
  }

  @AfterEach
  void stop() {
    engine.close();
    redis.close();
    server.close();
  }

  private List<Claim> claim(int room, Settlement... done) {
    return EngineCalls.turn(engine, MAIL, "w1", ++turns, room, done).claims();
  }

  private Settled settle(Claim claim, Outcome outcome) {
    return EngineCalls.turn(engine, MAIL, "w1", ++turns, 0, new Settlement(claim.held(), outcome))
        .settled()
        .get(0);
  }

  private long used() {
    return Long.parseLong(redis.info("memory").get("used_memory"));
  }

  private void fill() {
    redis.command("CONFIG", "SET", "maxmemory", "1");
  }

  private static NewJob large() {
    return EngineCalls.job(NewJob.Start.NOW, new byte[50_000]);
  }

  @Test
  void an_enqueue_is_refused_with_nothing_written_until_there_is_room() {
    EngineCalls.enqueue(engine, MAIL, EngineCalls.job());
    fill();
    NewJob refused = EngineCalls.job();
    assertThatThrownBy(() -> EngineCalls.enqueue(engine, MAIL, refused))
        .isInstanceOf(QueueFullException.class)
        .hasMessageContaining("maxmemory");
    assertThat(engine.control().find(MAIL, refused.key())).isEmpty();
    assertThat(engine.control().stats(MAIL).ready()).isEqualTo(1);

    redis.command("CONFIG", "SET", "maxmemory", "0");
    assertThat(EngineCalls.enqueue(engine, MAIL, refused).get(0).verdict())
        .isEqualTo(Verdict.CREATED);
    assertThat(engine.control().stats(MAIL).ready()).isEqualTo(2);
  }

  @Test
  void an_enqueue_of_a_job_that_is_there_is_answered_all_the_same() {
    NewJob job = EngineCalls.job();
    EngineCalls.enqueue(engine, MAIL, job);
    fill();
    assertThat(EngineCalls.enqueue(engine, MAIL, EngineCalls.retried(job)).get(0).verdict())
        .isEqualTo(Verdict.EXISTING_ID);
  }

  @Test
  void a_full_redis_is_drained_and_its_memory_falls() {
    for (int i = 0; i < 100; i++) {
      EngineCalls.enqueue(engine, MAIL, large());
    }
    long before = used();
    fill();
    List<Claim> claims = claim(10);
    for (int done = 0; done < 100; done += 10) {
      assertThat(claims).hasSize(10);
      claims =
          claim(
              10,
              claims.stream()
                  .map(claim -> EngineCalls.succeeded(claim.held()))
                  .toArray(Settlement[]::new));
    }
    assertThat(claims).isEmpty();
    assertThat(before - used()).isGreaterThan(100 * 40_000L);
    assertThat(engine.control().stats(MAIL).done()).isEqualTo(100);
  }

  @Test
  void every_outcome_of_a_running_job_is_taken() {
    EngineCalls.enqueue(engine, MAIL, jobs(8));
    List<Claim> claims = claim(8);
    fill();
    List<Outcome> outcomes =
        List.of(
            new Outcome.Succeeded(new byte[] {'1'}),
            new Outcome.Retry(Duration.ofSeconds(1), StateReason.RETRY, new byte[] {'{', '}'}),
            new Outcome.Retry(Duration.ZERO, StateReason.RETRY, new byte[] {'{', '}'}),
            new Outcome.Snoozed(Duration.ofSeconds(1)),
            new Outcome.Buried(StateReason.BURIED, new byte[] {'{', '}'}),
            new Outcome.Discarded(),
            new Outcome.Released(),
            new Outcome.Missed(Duration.ofSeconds(1)));
    for (int i = 0; i < outcomes.size(); i++) {
      assertThat(settle(claims.get(i), outcomes.get(i))).isEqualTo(Settled.DONE);
    }
    now.addAndGet(1_000);
    assertThat(claim(10)).hasSize(5);
  }

  @Test
  void leases_are_extended_reaped_and_tidied_and_notes_taken() {
    EngineCalls.enqueue(engine, MAIL, jobs(2));
    List<Claim> claims = claim(2);
    assertThat(engine.upkeep().reap(EngineCalls.reapOrder(MAIL)).gate()).isEqualTo(Gate.OPEN);
    fill();
    now.addAndGet(5_000);
    assertThat(engine.claiming().extend(MAIL, Duration.ofMinutes(5), List.of(claims.get(0).held())))
        .containsExactly(LeaseReply.EXTENDED);
    assertThat(
            EngineCalls.await(
                engine
                    .claiming()
                    .note(MAIL, claims.get(0).held(), new Note(new byte[] {'1'}, null, null))))
        .isTrue();
    int reaped = 0;
    for (int i = 0; i < 6; i++) {
      reaped += engine.upkeep().reap(EngineCalls.reapOrder(MAIL)).returned();
      now.addAndGet(5_000);
    }
    assertThat(reaped).isEqualTo(1);
    engine.upkeep().tidy(EngineCalls.reapOrder(MAIL), "w1");
    assertThat(settle(claims.get(0), new Outcome.Succeeded(null))).isEqualTo(Settled.DONE);
  }

  @Test
  void operators_can_act() {
    EngineCalls.enqueue(engine, MAIL, jobs(1));
    settle(claim(1).get(0), new Outcome.Buried(StateReason.BURIED, null));
    String dead = engine.control().list(MAIL, JobState.DEAD, null, 1).items().get(0).key();
    NewJob[] jobs = jobs(6);
    EngineCalls.enqueue(engine, MAIL, jobs);
    NewJob later = EngineCalls.delayed(Duration.ofHours(1));
    EngineCalls.enqueue(engine, MAIL, later);
    Claim running = claim(1).get(0);
    fill();
    var control = engine.control();
    assertThat(control.redrive(MAIL, dead)).isEqualTo(ActReply.DONE);
    assertThat(control.cancel(MAIL, jobs[1].key(), Retention.STANDARD)).isEqualTo(ActReply.DONE);
    assertThat(control.cancel(MAIL, running.held().key(), Retention.STANDARD))
        .isEqualTo(ActReply.REQUESTED);
    assertThat(control.prioritize(MAIL, jobs[2].key(), Priority.HIGH)).isEqualTo(ActReply.DONE);
    assertThat(control.reschedule(MAIL, jobs[3].key(), Instant.ofEpochMilli(now.get() + 9_000)))
        .isEqualTo(ActReply.DONE);
    assertThat(control.runNow(MAIL, later.key())).isEqualTo(ActReply.DONE);
    assertThat(control.delete(MAIL, jobs[4].key())).isEqualTo(ActReply.DONE);
    control.pause(MAIL, true);
    assertThat(control.stats(MAIL).paused()).isTrue();
    assertThat(claim(10)).isEmpty();
    control.pause(MAIL, false);
    engine.claiming().leave(MAIL, "w1");
    engine.claiming().open(MAIL);
    try (Bells bells = engine.openBells("w1")) {
      assertThat(bells.await(Set.of(MAIL), Duration.ofMillis(100))).contains(MAIL);
      bells.ring(MAIL);
      assertThat(bells.await(Set.of(MAIL), Duration.ofMillis(100))).contains(MAIL);
    }
    assertThat(control.purge(MAIL)).isEqualTo(5);
  }

  private static NewJob[] jobs(int count) {
    List<NewJob> jobs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      jobs.add(EngineCalls.job());
    }
    return jobs.toArray(new NewJob[0]);
  }

  @Test
  void a_script_cache_that_is_flushed_between_calls_is_not_noticed() {
    Runnable flush = () -> redis.command("SCRIPT", "FLUSH");
    flush.run();
    NewJob job = EngineCalls.job();
    assertThat(EngineCalls.enqueue(engine, MAIL, job).get(0).verdict()).isEqualTo(Verdict.CREATED);
    flush.run();
    Claim claim = claim(1).get(0);
    flush.run();
    assertThat(engine.claiming().extend(MAIL, EngineCalls.LEASE, List.of(claim.held())))
        .containsExactly(LeaseReply.EXTENDED);
    flush.run();
    assertThat(
            EngineCalls.await(
                engine.claiming().note(MAIL, claim.held(), new Note(null, new byte[] {'l'}, null))))
        .isTrue();
    flush.run();
    assertThat(engine.upkeep().reap(EngineCalls.reapOrder(MAIL)).gate()).isEqualTo(Gate.OPEN);
    flush.run();
    assertThat(settle(claim, new Outcome.Succeeded(null))).isEqualTo(Settled.DONE);
    flush.run();
    assertThat(engine.control().find(MAIL, job.key())).isPresent();
    flush.run();
    assertThat(engine.control().stats(MAIL).done()).isEqualTo(1);
  }
}
