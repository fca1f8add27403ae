package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.HeldLock;
import dev.holdfast.spi.LockHolder;
import dev.holdfast.spi.Locks;
import dev.holdfast.spi.Locks.LockReply;
import dev.holdfast.testkit.redis.ProxyFault;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisProxy;
import dev.holdfast.testkit.redis.RedisServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** K4 to K6: answers of Redis that do not come. */
class LockAnswersIT extends LockFixture {
  @Test
  void k4_a_lost_answer_to_the_taking_gives_the_same_token_when_asked_again() throws Exception {
    RedisProxy proxy = RedisProxy.before(RedisServer.shared());
    opened.add(proxy);
    RedisLock lock = connect(proxy.uri()).lock("lossy");
    lock.tryLock().orElseThrow().close();
    LockHolder me = new LockHolder("twice", "me");
    Locks locks = engine.locks();

    ProxyFault lost = proxy.on(ScriptNames.calls("lock")).dropReplyAndReset();
    try (HeldLock held = lock.tryLock().orElseThrow()) {
      assertThat(lost.count()).isEqualTo(1);
      assertThat(redis.text("HGET", key("lossy"), "token")).isEqualTo(Long.toString(held.token()));
      assertThat(held.extendNow()).isTrue();
    }
    assertThat(isFree(lock)).isTrue();

    LockReply given = get(locks.lock(me, LEASE, LONG));
    assertThat(given).isInstanceOf(LockReply.Locked.class);
    assertThat(get(locks.lock(me, LEASE, LONG))).isEqualTo(given);
    assertThat(get(locks.lock(new LockHolder("twice", "other"), LEASE, LONG)))
        .isInstanceOf(LockReply.Held.class);
  }

  @Test
  void k5_a_lost_answer_to_the_freeing_does_not_keep_the_lock() throws Exception {
    RedisProxy proxy = RedisProxy.before(RedisServer.shared());
    opened.add(proxy);
    RedisLock lock = connect(proxy.uri()).lock("lossy");
    HeldLock held = lock.tryLock().orElseThrow();

    ProxyFault lost = proxy.on(ScriptNames.calls("unlock")).dropReplyAndReset();
    long began = System.nanoTime();
    held.close();
    Duration took = since(began);

    assertThat(lost.count()).isEqualTo(1);
    report("K5 close without an answer", took, Duration.ofSeconds(3));
    assertThat(took).isLessThan(Duration.ofSeconds(3).plus(SLACK));
    assertThat(isFree(engine.lock("lossy"))).isTrue();
  }

  @Test
  void k5_a_freeing_that_was_never_sent_is_sent_when_redis_is_back() throws Exception {
    try (RedisProcess server = RedisServer.start();
        RedisEngine there = RedisEngine.connect(WorkerMain.options(server.uri(), namespace));
        RedisEngine other = RedisEngine.connect(WorkerMain.options(server.uri(), namespace))) {
      HeldLock held = there.lock("long").tryLock().orElseThrow();
      server.pause();
      long began = System.nanoTime();
      assertThat(held.unlock()).isFalse();
      Duration took = since(began);
      server.resume();

      assertThat(took).isLessThan(Duration.ofSeconds(3).plus(SLACK));
      await("free long before its lease of 30 s ends")
          .atMost(Duration.ofSeconds(10))
          .until(() -> isFree(other.lock("long")));
    }
  }

  @Test
  void k6_a_holder_without_answers_counts_the_lock_as_lost_before_another_can_have_it()
      throws Exception {
    RedisProxy proxy = RedisProxy.before(RedisServer.shared());
    opened.add(proxy);
    HeldLock first = connect(proxy.uri()).lock("silent", SHORT).tryLock().orElseThrow();
    CompletableFuture<Long> lost = lossOf(first);
    assertThat(first.extendNow()).isTrue();
    long lastSuccess = System.nanoTime();

    proxy.blackHole();
    HeldLock second = lock(engine.lock("silent", SHORT));
    long secondAt = System.nanoTime();

    long lostAt = get(lost);
    report("K6 onLost after the last answer", Duration.ofNanos(lostAt - lastSuccess), LEASE);
    report("K6 the next holder after onLost", Duration.ofNanos(secondAt - lostAt), LEASE);
    assertThat(first.isHeld()).isFalse();
    assertThat(Duration.ofNanos(lostAt - lastSuccess)).isLessThan(LEASE);
    assertThat(lostAt).as("lost before the next has it").isLessThan(secondAt);
    assertThat(second.token()).isGreaterThan(first.token());
    second.close();
  }
}
