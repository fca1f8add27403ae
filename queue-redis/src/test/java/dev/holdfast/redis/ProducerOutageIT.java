package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.redis.ProxyFault;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisProxy;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RedisServerOptions;
import dev.holdfast.testkit.redis.RedisServerOptions.Fsync;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What an enqueue answers while Redis is frozen, killed or cut off, and that no job comes twice.
 */
final class ProducerOutageIT {
  private static final QueueRef MAIL = QueueRef.of("mail");
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration LONG = Duration.ofSeconds(20);

  private final List<String> expected = new ArrayList<>();
  private RedisProcess server;
  private RedisEngine engine;

  @BeforeEach
  void start() {
    server = RedisServer.start(RedisServerOptions.builder().appendOnly(Fsync.ALWAYS).build());
    engine = connect(server.uri());
    expect(EngineCalls.job(), engine);
  }

  @AfterEach
  void stop() {
    engine.close();
    server.close();
  }

  private static RedisEngine connect(String uri) {
    return RedisEngine.connect(
        RedisOptions.builder(uri)
            .commandTimeout(Duration.ofSeconds(1))
            .enqueueTimeout(Duration.ofMillis(200))
            .connectTimeout(Duration.ofMillis(500))
            .reconnectCap(Duration.ofMillis(100))
            .build());
  }

  /** Enqueues a job that must be created. */
  private void expect(NewJob job, RedisEngine by) {
    assertThat(EngineCalls.await(send(by, job, LONG)).verdict()).isEqualTo(Verdict.CREATED);
    expected.add(job.key());
  }

  private static CompletableFuture<EnqueueReply> send(
      RedisEngine by, NewJob job, Duration deadline) {
    return EngineCalls.send(by, MAIL, job, deadline);
  }

  private static void assertUnknown(CompletableFuture<EnqueueReply> future, NewJob job) {
    assertThatThrownBy(() -> EngineCalls.await(future))
        .isInstanceOfSatisfying(
            OutcomeUnknownException.class, e -> assertThat(e.id()).isEqualTo(MAIL.id(job.key())))
        .hasMessageContaining(job.key());
  }

  private static void assertUnavailable(CompletableFuture<EnqueueReply> future) {
    assertThatThrownBy(() -> EngineCalls.await(future))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("nothing was written");
  }

  private Verdict retry(NewJob job) {
    EnqueueReply reply = EngineCalls.await(send(engine, EngineCalls.retried(job), LONG));
    return reply.verdict();
  }

  /** Each expected job is in the queue, once, and no other is. */
  private void assertQueueHoldsExpected() {
    List<String> claimed = new ArrayList<>();
    long number = 0;
    for (List<Claim> claims = claim(++number); !claims.isEmpty(); claims = claim(++number)) {
      claims.forEach(claim -> claimed.add(claim.held().key()));
    }
    assertThat(claimed).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(engine.control().stats(MAIL).ready()).isZero();
  }

  private List<Claim> claim(long number) {
    return EngineCalls.turn(engine, MAIL, "w1", number, 100).claims();
  }

  /** Waits until an engine has noticed that its Redis is gone. */
  private void awaitNoticed() {
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> engine.control().stats(MAIL))
                    .isInstanceOf(EngineUnavailableException.class));
  }

  // Frozen.

  @Test
  void a_job_sent_to_a_frozen_redis_is_unknown_and_those_behind_it_are_not_written() {
    NewJob sent = EngineCalls.job();
    NewJob behind = EngineCalls.job();
    server.pause();
    try {
      CompletableFuture<EnqueueReply> first = send(engine, sent, SHORT);
      CompletableFuture<EnqueueReply> second = send(engine, behind, SHORT);
      assertUnknown(first, sent);
      assertUnavailable(second);
    } finally {
      server.resume();
    }
    assertThat(retry(sent)).isEqualTo(Verdict.EXISTING_ID);
    assertThat(retry(behind)).isEqualTo(Verdict.CREATED);
    expected.add(sent.key());
    expected.add(behind.key());
    assertQueueHoldsExpected();
  }

  @Test
  void a_redis_frozen_for_less_than_the_deadline_is_not_noticed() {
    NewJob sent = EngineCalls.job();
    NewJob behind = EngineCalls.job();
    server.pause();
    CompletableFuture<EnqueueReply> first;
    CompletableFuture<EnqueueReply> second;
    try {
      first = send(engine, sent, LONG);
      second = send(engine, behind, LONG);
      assertUnavailable(send(engine, EngineCalls.job(), SHORT));
    } finally {
      server.resume();
    }
    assertThat(EngineCalls.await(first).verdict()).isEqualTo(Verdict.CREATED);
    assertThat(EngineCalls.await(second).verdict()).isEqualTo(Verdict.CREATED);
    expected.add(sent.key());
    expected.add(behind.key());
    assertQueueHoldsExpected();
  }

  @Test
  void calls_other_than_enqueue_fail_within_their_time_out_while_redis_is_frozen() {
    server.pause();
    try {
      assertThatThrownBy(() -> engine.control().stats(MAIL))
          .isInstanceOf(EngineUnavailableException.class);
      assertThatThrownBy(() -> claim(1)).isInstanceOf(EngineUnavailableException.class);
    } finally {
      server.resume();
    }
    await().atMost(LONG).ignoreExceptions().until(() -> engine.control().stats(MAIL) != null);
  }

  // Killed.

  @Test
  void a_job_on_its_way_when_redis_is_killed_arrives_once_after_the_restart() {
    NewJob sent = EngineCalls.job();
    server.pause();
    CompletableFuture<EnqueueReply> first = send(engine, sent, LONG);
    server.kill();
    server.restart();
    assertThat(EngineCalls.await(first).verdict()).isEqualTo(Verdict.CREATED);
    expected.add(sent.key());
    assertQueueHoldsExpected();
  }

  @Test
  void a_job_that_was_given_up_when_redis_was_killed_is_there_once_when_it_is_retried() {
    NewJob sent = EngineCalls.job();
    server.pause();
    CompletableFuture<EnqueueReply> first = send(engine, sent, Duration.ofSeconds(2));
    // Longer than one try may take: by then the call has been sent, and it is not known to be
    // written.
    await().during(Duration.ofMillis(400)).atMost(LONG).until(() -> !first.isDone());
    server.kill();
    assertUnknown(first, sent);
    server.restart();
    assertThat(retry(sent)).isEqualTo(Verdict.EXISTING_ID);
    expected.add(sent.key());
    assertQueueHoldsExpected();
  }

  @Test
  void a_job_for_a_redis_that_is_known_to_be_away_is_not_written() {
    server.kill();
    awaitNoticed();
    NewJob never = EngineCalls.job();
    assertUnavailable(send(engine, never, SHORT));
    server.restart();
    expect(EngineCalls.job(), engine);
    assertThat(engine.control().find(MAIL, never.key())).isEmpty();
    assertQueueHoldsExpected();
  }

  @Test
  void a_job_waits_for_a_redis_that_comes_back_before_the_deadline() {
    server.kill();
    awaitNoticed();
    NewJob job = EngineCalls.job();
    CompletableFuture<EnqueueReply> future = send(engine, job, LONG);
    server.restart();
    assertThat(EngineCalls.await(future).verdict()).isEqualTo(Verdict.CREATED);
    expected.add(job.key());
    assertQueueHoldsExpected();
  }

  @Test
  void a_primary_that_became_a_replica_takes_jobs_again_when_it_is_promoted() {
    try (var redis = server.connect()) {
      redis.command("REPLICAOF", "127.0.0.1", "1");
      NewJob refused = EngineCalls.job();
      assertUnavailable(send(engine, refused, SHORT));
      NewJob job = EngineCalls.job();
      CompletableFuture<EnqueueReply> future = send(engine, job, LONG);
      redis.command("REPLICAOF", "NO", "ONE");
      assertThat(EngineCalls.await(future).verdict()).isEqualTo(Verdict.CREATED);
      expected.add(job.key());
    }
    assertQueueHoldsExpected();
  }

  // Answers that get lost.

  @Test
  void a_job_whose_answer_was_lost_is_answered_as_created_and_there_once() {
    try (RedisProxy proxy = RedisProxy.before(server);
        RedisEngine behind = connect(proxy.uri())) {
      expect(EngineCalls.job(), behind);
      ProxyFault lost = proxy.on(ScriptNames.calls("enqueue")).dropReplyAndReset();
      expect(EngineCalls.job(), behind);
      assertThat(lost.count()).isEqualTo(1);
    }
    assertQueueHoldsExpected();
  }

  @Test
  void those_behind_a_lost_answer_learn_at_once_that_the_queue_is_corrupt() {
    NewJob first = EngineCalls.job();
    expected.add(first.key());
    try (RedisProxy proxy = RedisProxy.before(server);
        RedisEngine behind = connect(proxy.uri());
        var redis = server.connect()) {
      ProxyFault held = proxy.on(ScriptNames.calls("enqueue")).holdReply();
      CompletableFuture<EnqueueReply> lost = send(behind, first, LONG);
      held.await(LONG);
      redis.command("RENAME", "hf:{mail}:jobs", "kept");
      redis.command("SET", "hf:{mail}:jobs", "not ours");
      proxy.reset();
      CompletableFuture<EnqueueReply> waits = send(behind, EngineCalls.job(), LONG);

      assertThatThrownBy(() -> EngineCalls.await(waits)).isInstanceOf(QueueCorruptException.class);
      assertThat(lost).isNotDone();

      redis.command("RENAME", "kept", "hf:{mail}:jobs");
      assertThat(EngineCalls.await(lost).verdict()).isEqualTo(Verdict.CREATED);
      expect(EngineCalls.job(), behind);
    }
    assertQueueHoldsExpected();
  }

  @Test
  void those_behind_a_lost_answer_learn_at_once_that_redis_is_full() {
    NewJob first = EngineCalls.job();
    try (RedisProxy proxy = RedisProxy.before(server);
        RedisEngine behind = connect(proxy.uri());
        var redis = server.connect()) {
      ProxyFault held = proxy.on(ScriptNames.calls("enqueue")).holdReply();
      CompletableFuture<EnqueueReply> lost = send(behind, first, Duration.ofSeconds(4));
      held.await(LONG);
      // As if the first try were still on its way when Redis is asked again: neither its job nor
      // its result is there.
      redis.command("FLUSHALL");
      redis.command("CONFIG", "SET", "maxmemory", "1");
      proxy.reset();
      CompletableFuture<EnqueueReply> waits = send(behind, EngineCalls.job(), LONG);

      assertThatThrownBy(() -> EngineCalls.await(waits))
          .isInstanceOf(QueueFullException.class)
          .hasMessageContaining("maxmemory");
      assertThatThrownBy(() -> EngineCalls.await(lost))
          .isInstanceOf(OutcomeUnknownException.class)
          .hasStackTraceContaining("OOM");

      redis.command("CONFIG", "SET", "maxmemory", "0");
      expected.clear();
      expected.add(first.key());
      // The lost one is asked for on and on: a refusal from before may still be on its way.
      NewJob after = EngineCalls.job();
      await()
          .ignoreException(QueueFullException.class)
          .untilAsserted(
              () ->
                  assertThat(EngineCalls.await(send(behind, after, LONG)).verdict())
                      .isEqualTo(Verdict.CREATED));
      expected.add(after.key());
    }
    assertQueueHoldsExpected();
  }

  @Test
  void many_jobs_over_a_line_that_loses_answers_are_each_there_once() {
    try (RedisProxy proxy = RedisProxy.before(server);
        RedisEngine behind = connect(proxy.uri())) {
      int lost = 0;
      for (int i = 0; i < 20; i++) {
        ProxyFault fault =
            proxy.on(ScriptNames.calls("enqueue")).times(1 + i % 3).dropReplyAndReset();
        List<CompletableFuture<EnqueueReply>> futures = new ArrayList<>();
        for (int j = 0; j < 10; j++) {
          NewJob job = EngineCalls.job();
          expected.add(job.key());
          futures.add(send(behind, job, LONG));
        }
        futures.forEach(
            future -> assertThat(EngineCalls.await(future).verdict()).isEqualTo(Verdict.CREATED));
        lost += fault.count();
      }
      assertThat(lost).isGreaterThan(10);
    }
    assertQueueHoldsExpected();
  }

  // Closed.

  @Test
  void an_enqueue_after_close_fails_with_nothing_written() {
    engine.close();
    CompletableFuture<EnqueueReply> future = send(engine, EngineCalls.job(), LONG);
    assertThat(future).isDone();
    assertUnavailableAfterClose(future);
    QueueRef fresh = QueueRef.of("other");
    assertUnavailableAfterClose(EngineCalls.send(engine, fresh, EngineCalls.job(), LONG));
    engine = connect(server.uri());
    assertQueueHoldsExpected();
  }

  private static void assertUnavailableAfterClose(CompletableFuture<EnqueueReply> future) {
    assertThatThrownBy(() -> EngineCalls.await(future))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void jobs_on_their_way_at_close_are_unknown_and_those_behind_them_are_not_written() {
    NewJob sent = EngineCalls.job();
    server.pause();
    try {
      CompletableFuture<EnqueueReply> first = send(engine, sent, LONG);
      CompletableFuture<EnqueueReply> second = send(engine, EngineCalls.job(), LONG);
      engine.close();
      assertThat(first).isDone();
      assertThat(second).isDone();
      assertUnknown(first, sent);
      assertUnavailableAfterClose(second);
    } finally {
      server.resume();
    }
    engine = connect(server.uri());
    Verdict verdict = retry(sent);
    assertThat(verdict).isIn(Verdict.EXISTING_ID, Verdict.CREATED);
    expected.add(sent.key());
    assertQueueHoldsExpected();
  }

  @Test
  void every_other_call_after_close_says_that_the_engine_is_closed() {
    engine.close();
    assertThatThrownBy(() -> engine.control().stats(MAIL))
        .isInstanceOf(EngineUnavailableException.class);
    assertThatThrownBy(() -> claim(1)).isInstanceOf(EngineUnavailableException.class);
    assertThatThrownBy(() -> engine.claiming().open(MAIL))
        .isInstanceOf(EngineUnavailableException.class);
  }
}
