package dev.holdfast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.Priority;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Envelope;
import dev.holdfast.spi.Held;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens to the jobs of one call, and to its thread. */
class SharedCallTest {
  private final BatchCall call = new BatchCall(null);
  private final AtomicInteger stuck = new AtomicInteger();
  private final BatchedJob one = running("one");
  private final BatchedJob two = running("two");

  private BatchedJob running(String key) {
    Claim claim =
        new Claim(
            new Held(key, new ClaimToken(1, "n")),
            "index",
            Priority.NORMAL,
            false,
            new Counters(0, 1, 0, 0, 0),
            Duration.ZERO,
            Duration.ZERO,
            null,
            new byte[0]);
    ActiveJob job = new ActiveJob(claim, null, 0);
    assertThat(job.startRunning(call, System.nanoTime(), TimeUnit.HOURS.toNanos(1))).isTrue();
    return new BatchedJob(
        job, new Envelope(1, new byte[0], null, null, Map.of(), Map.of()), key, null);
  }

  @AfterEach
  void clearInterrupt() {
    Thread.interrupted();
  }

  @Test
  void what_concerns_one_job_does_not_interrupt_the_others() {
    one.job().cancel();
    two.job().loseLease();

    assertThat(Thread.interrupted()).isFalse();
    assertThat(one.cancelled()).isTrue();
    assertThat(one.leaseLost()).isFalse();
    assertThat(two.cancelled()).isFalse();
    assertThat(two.leaseLost()).isTrue();
  }

  @Test
  void a_timeout_interrupts_the_thread_once_and_is_one_of_all() {
    assertThat(one.job().timeOut()).isTrue();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(two.job().timedOut()).isTrue();

    assertThat(two.job().timeOut()).isFalse();
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void a_drain_lets_the_call_go_on_until_its_grace_has_passed_and_interrupts_it_once() {
    one.job().drain(false);
    assertThat(Thread.interrupted()).isFalse();
    assertThat(one.job().drained()).isFalse();

    one.job().drain(true);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(two.job().drained()).isTrue();
    two.job().drain(true);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void the_thread_of_a_call_that_is_given_up_counts_once() {
    assertThat(one.job().giveUp(Verdict.released("gone"), stuck)).isTrue();
    assertThat(two.job().giveUp(Verdict.released("gone"), stuck)).isTrue();

    assertThat(stuck).hasValue(1);
    assertThat(one.job().handlerEnded()).isFalse();
    assertThat(call.end()).isTrue();
  }

  @Test
  void the_first_outcome_of_a_job_stands() {
    IOException cause = new IOException("no");
    one.fail(cause);
    one.succeed();

    assertThat(one.endingOr(null).thrown()).isSameAs(cause);
    assertThat(two.endingOr(cause).thrown()).isSameAs(cause);
    assertThat(two.endingOr(null).thrown()).isNull();
  }

  @Test
  void an_outcome_keeps_what_was_so_when_it_was_given() {
    one.fail(new IOException("no"));
    two.job().timeOut();
    two.fail(new InterruptedException());

    assertThat(one.endingOr(null).timedOut()).isFalse();
    assertThat(two.endingOr(null).timedOut()).isTrue();
  }

  @Test
  void after_the_call_no_outcome_is_taken() {
    assertThat(one.job().handlerEnded()).isTrue();
    one.bury("too late");

    assertThat(call.ownEnding(one.job())).isNull();
  }
}
