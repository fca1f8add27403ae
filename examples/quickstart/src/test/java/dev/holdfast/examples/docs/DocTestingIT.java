package dev.holdfast.examples.docs;

import static dev.holdfast.testkit.HoldfastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Enqueued;
import dev.holdfast.Holdfast;
import dev.holdfast.examples.docs.DocExamples.SendWelcome;
import dev.holdfast.examples.docs.DocExamples.SendWelcomeHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.RetryAfterException;
import dev.holdfast.job.StateReason;
import dev.holdfast.lock.HeldLock;
import dev.holdfast.lock.NamedLock;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.testkit.HoldfastTest;
import dev.holdfast.testkit.HoldfastTest.On;
import dev.holdfast.testkit.InMemoryEngine;
import dev.holdfast.testkit.ManualTime;
import dev.holdfast.testkit.TestWorkers;
import dev.holdfast.testkit.redis.ProxyFault;
import dev.holdfast.testkit.redis.RedisCommand;
import dev.holdfast.testkit.redis.RedisProxy;
import dev.holdfast.testkit.redis.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The tests that {@code docs/testing.md} and {@code docs/locks.md} show; {@code DocsTest} compares.
 */
class DocTestingIT {
  @Nested
  // tag::in-memory[]
  @HoldfastTest
  class WelcomeTest {
    @Test
    void a_new_user_is_welcomed_once(
        Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
      List<String> sent = new CopyOnWriteArrayList<>();
      workers.start(
          worker ->
              worker.handler(
                  new SendWelcomeHandler((user, locale, key) -> sent.add(user + locale))));

      JobId id = holdfast.enqueue(new SendWelcome(7, "fr")).id(); // your code under test does this
      engine.letPass(Duration.ZERO); // returns once no job is held, ready or due

      assertThat(sent).containsExactly("7fr");
      assertThat(holdfast).job(id).hasSucceeded();
      assertThat(holdfast).queue("mail").isEmpty();
    }
  }

  // end::in-memory[]

  @Test
  void an_enqueue_whose_answer_is_lost_adds_one_job() {
    // tag::broken-network[]
    try (RedisServer redis = RedisServer.start();
        RedisProxy proxy = RedisProxy.before(redis);
        Holdfast holdfast = Holdfast.on(RedisEngine.connect(proxy.uri()))) {
      ProxyFault lost = proxy.on(RedisCommand.named("EVALSHA", "EVAL")).dropReplyAndReset();

      Enqueued enqueued = holdfast.enqueue(new SendWelcome(7, "fr")); // asks again by itself

      lost.await(Duration.ofSeconds(5));
      assertThat(enqueued.created()).isTrue();
      assertThat(holdfast).queue("mail").hasReady(1);
    }
    // end::broken-network[]
  }

  @Nested
  @HoldfastTest
  class VirtualTime {
    // tag::virtual-time[]
    @Test
    void a_mail_server_that_is_away_for_long_makes_a_dead_letter(
        Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
      workers.start(
          worker ->
              worker.handler(
                  new SendWelcomeHandler(
                      (user, locale, key) -> {
                        throw new IOException("mail server is away");
                      })));
      JobId id =
          holdfast.enqueue(new SendWelcome(7, "fr"), EnqueueOptions.in(Duration.ofDays(1))).id();
      assertThat(holdfast).job(id).isScheduledFor(ManualTime.START.plus(Duration.ofDays(1)));

      engine.letPass(Duration.ofDays(2));

      assertThat(holdfast).job(id).isDead().withReason(StateReason.EXHAUSTED).hasFailures(5);
    }

    // end::virtual-time[]
  }

  @Test
  void a_lock_is_kept_while_its_holder_lives_and_lost_in_a_pause() throws InterruptedException {
    // tag::lock-in-memory[]
    ManualTime time = ManualTime.create();
    try (InMemoryEngine engine = InMemoryEngine.on(time)) {
      NamedLock lock = engine.lock("nightly-report");
      HeldLock first = lock.lock(Duration.ZERO);

      time.advance(Duration.ofSeconds(20)); // its holder extends the lease
      assertThat(lock.tryLock()).isEmpty();

      time.advance(Duration.ofSeconds(30)); // longer than the lease: as if the process was paused
      assertThat(first.isHeld()).isFalse();
      assertThat(lock.tryLock()).isPresent();
    }
    // end::lock-in-memory[]
  }

  @Nested
  // tag::on-redis[]
  @HoldfastTest(On.REDIS)
  class WelcomeIT {
    @Test
    void a_new_user_is_welcomed(Holdfast holdfast, TestWorkers workers) {
      workers.start(worker -> worker.handler(SendWelcome.class, (job, context) -> {}));

      JobId id = holdfast.enqueue(new SendWelcome(7, "fr")).id();

      assertThat(holdfast).eventually().job(id).hasSucceeded();
    }
  }

  // end::on-redis[]

  @Nested
  @HoldfastTest
  class Assertions {
    @Test
    void a_job_is_looked_at_while_it_waits_and_when_it_is_dead(
        Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
      Instant tomorrow = ManualTime.START.plus(Duration.ofDays(1));
      workers.start(
          worker ->
              worker.handler(
                  SendWelcome.class,
                  (job, context) -> {
                    if (context.attempt() == 1) {
                      throw new RetryAfterException(Duration.ofDays(1), "closed today");
                    }
                    throw new IOException("mail server is away");
                  }));
      JobId id = holdfast.enqueue(new SendWelcome(7, "fr")).id();
      engine.letPass(Duration.ZERO);

      // tag::assertions[]
      assertThat(holdfast).job(id).isScheduledFor(tomorrow).withReason(StateReason.RETRY);
      assertThat(holdfast).job(id).hasFailures(1).lastFailedWithMessage("closed");
      assertThat(holdfast).queue("mail").hasReady(0).hasScheduled(1).isNotPaused();
      assertThat(holdfast).deadLetters("mail").isEmpty();
      // end::assertions[]

      engine.letPass(Duration.ofDays(2));
      // tag::dead-letter-assertions[]
      assertThat(holdfast)
          .within(Duration.ofSeconds(30))
          .deadLetters("mail")
          .letter(id)
          .withReason(StateReason.EXHAUSTED)
          .hasPayloadContaining("\"locale\":\"fr\"");
      // end::dead-letter-assertions[]
    }
  }
}
