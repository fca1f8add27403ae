package dev.holdfast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Counters;
import dev.holdfast.job.NonRetriableException;
import dev.holdfast.job.RetryAfterException;
import dev.holdfast.job.StateReason;
import dev.holdfast.json.AttemptJson;
import dev.holdfast.retry.Backoff;
import dev.holdfast.retry.ExceptionRule;
import dev.holdfast.retry.Jitter;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.spi.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomeRulesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

  private final OutcomeRules rules = new OutcomeRules(InstantSource.fixed(NOW), new Random(1));
  private final RetryPolicy policy =
      new RetryPolicy(
          3, Backoff.exponential(Duration.ofSeconds(1), Duration.ofMinutes(1)), Jitter.none());
  private HandlerSettings settings = settings(policy);

  private static HandlerSettings settings(RetryPolicy policy, ExceptionRule... rules) {
    return new HandlerSettings(policy, Duration.ofSeconds(10), 10_000, null, List.of(rules));
  }

  private static Counters failures(int failures) {
    return new Counters(failures, failures + 1, 0, 0, 0);
  }

  private Verdict threw(Throwable thrown, int failures) {
    return rules.ended(
        new OutcomeRules.Ending(null, thrown, null, false, false, false),
        failures(failures),
        settings);
  }

  private Verdict called(VerbCall verb, Counters counters) {
    return rules.ended(
        new OutcomeRules.Ending(verb, null, null, false, false, false), counters, settings);
  }

  private static Attempt attempt(Verdict verdict) {
    Outcome outcome = verdict.outcome();
    if (outcome instanceof Outcome.Retry retry) {
      return AttemptJson.decode(retry.attempt());
    } else if (outcome instanceof Outcome.Discarded discarded) {
      return AttemptJson.decode(discarded.attempt());
    }
    return AttemptJson.decode(((Outcome.Buried) outcome).attempt());
  }

  @Nested
  class Returning {
    @Test
    void is_success_with_its_result() {
      byte[] result = {1};
      Verdict verdict =
          rules.ended(
              new OutcomeRules.Ending(null, null, result, false, false, false),
              Counters.NONE,
              settings);
      assertThat(verdict.outcome()).isEqualTo(new Outcome.Succeeded(result));
      assertThat(verdict.word()).isEqualTo("succeeded");
    }

    @Test
    void is_success_even_after_timeout_drain_and_cancel() {
      Verdict verdict =
          rules.ended(
              new OutcomeRules.Ending(null, null, null, true, true, true), Counters.NONE, settings);
      assertThat(verdict.outcome()).isInstanceOf(Outcome.Succeeded.class);
    }
  }

  @Nested
  class Throwing {
    @Test
    void is_retried_by_the_policy_and_written_down() {
      Verdict verdict = threw(new IOException("down"), 1);
      Outcome.Retry retry = (Outcome.Retry) verdict.outcome();
      assertThat(retry.delay()).isEqualTo(Duration.ofSeconds(4));
      assertThat(retry.reason()).isEqualTo(StateReason.RETRY);
      assertThat(verdict.word()).isEqualTo("failed");
      assertThat(verdict.next()).isEqualTo("next attempt in 4 s");
      assertThat(verdict.detail()).isEqualTo("IOException: down");
      Attempt attempt = attempt(verdict);
      assertThat(attempt.number()).isEqualTo(2);
      assertThat(attempt.at()).isEqualTo(NOW);
      assertThat(attempt.failure().type()).isEqualTo("java.io.IOException");
    }

    @Test
    void without_attempts_left_is_a_dead_letter() {
      Verdict verdict = threw(new IOException("down"), 2);
      assertThat(((Outcome.Buried) verdict.outcome()).reason()).isEqualTo(StateReason.EXHAUSTED);
      assertThat(verdict.word()).isEqualTo("failed");
      assertThat(verdict.isDeath()).isTrue();
    }

    @Test
    void of_the_jvm_is_a_failure_too() {
      assertThat(threw(new StackOverflowError(), 0).outcome()).isInstanceOf(Outcome.Retry.class);
      assertThat(threw(new OutOfMemoryError(), 0).outcome()).isInstanceOf(Outcome.Retry.class);
    }

    @Test
    void that_no_retry_mends_buries() {
      Verdict verdict = threw(new NonRetriableException("never"), 0);
      assertThat(((Outcome.Buried) verdict.outcome()).reason())
          .isEqualTo(StateReason.NON_RETRIABLE);
      assertThat(verdict.word()).isEqualTo("buried");
    }

    @Test
    void that_knows_its_wait_sets_it_while_attempts_are_left() {
      RetryAfterException after = new RetryAfterException(Duration.ofSeconds(30), "429", null);
      assertThat(((Outcome.Retry) threw(after, 0).outcome()).delay())
          .isEqualTo(Duration.ofSeconds(30));
      assertThat(threw(after, 2).isDeath()).isTrue();
      RetryAfterException before = new RetryAfterException(Duration.ofSeconds(-1), "429", null);
      assertThat(((Outcome.Retry) threw(before, 0).outcome()).delay()).isZero();
    }

    @Test
    void is_judged_by_the_handlers_rules_first() {
      settings =
          settings(
              policy,
              ExceptionRule.nonRetriable(IOException.class),
              ExceptionRule.discard(IllegalArgumentException.class),
              ExceptionRule.retry(NonRetriableException.class));
      assertThat(((Outcome.Buried) threw(new IOException("x"), 0).outcome()).reason())
          .isEqualTo(StateReason.NON_RETRIABLE);
      assertThat(threw(new IllegalArgumentException("x"), 0).outcome())
          .isInstanceOf(Outcome.Discarded.class);
      assertThat(threw(new NonRetriableException("x"), 0).outcome())
          .isInstanceOf(Outcome.Retry.class);
    }

    @Test
    void is_retried_even_if_the_policy_itself_throws() {
      settings =
          settings(
              new RetryPolicy(
                  3,
                  failures -> {
                    throw new IllegalStateException("broken backoff");
                  },
                  Jitter.none()));
      assertThat(((Outcome.Retry) threw(new IOException("x"), 0).outcome()).delay())
          .isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void after_a_drains_interrupt_is_a_release() {
      Verdict verdict =
          rules.ended(
              new OutcomeRules.Ending(null, new InterruptedException(), null, false, true, false),
              failures(2),
              settings);
      assertThat(verdict.outcome()).isInstanceOf(Outcome.Released.class);
    }

    @Test
    void after_the_timeout_is_a_timeout() {
      Verdict verdict =
          rules.ended(
              new OutcomeRules.Ending(null, new IOException("x"), null, true, true, false),
              failures(0),
              settings);
      assertThat(((Outcome.Retry) verdict.outcome()).reason()).isEqualTo(StateReason.TIMEOUT);
      assertThat(verdict.word()).isEqualTo("timeout");
      assertThat(attempt(verdict).failure().type()).isEqualTo("timeout");
    }

    @Test
    void after_a_cancel_is_handed_to_the_engine_as_a_failure_never_as_a_death() {
      for (Throwable thrown : List.of(new IOException("x"), new NonRetriableException("x"))) {
        Verdict verdict =
            rules.ended(
                new OutcomeRules.Ending(null, thrown, null, false, false, true),
                failures(2),
                settings);
        assertThat(verdict.outcome()).isInstanceOf(Outcome.Retry.class);
      }
    }
  }

  @Nested
  class CallingAVerb {
    @Test
    void stands_over_what_is_thrown_after_it() {
      Verdict verdict =
          rules.ended(
              new OutcomeRules.Ending(
                  new VerbCall.Snooze(Duration.ofSeconds(5)),
                  new IOException("x"),
                  null,
                  true,
                  true,
                  false),
              failures(0),
              settings);
      assertThat(verdict.outcome()).isEqualTo(new Outcome.Snoozed(Duration.ofSeconds(5)));
    }

    @Test
    void snooze_is_a_failure_after_a_thousand() {
      VerbCall snooze = new VerbCall.Snooze(Duration.ofSeconds(5));
      assertThat(called(snooze, new Counters(0, 1000, 0, 0, 999)).word()).isEqualTo("snoozed");
      Verdict verdict = called(snooze, new Counters(0, 1001, 0, 0, 1000));
      assertThat(verdict.outcome()).isInstanceOf(Outcome.Retry.class);
      assertThat(attempt(verdict).failure().message()).contains("1000");
    }

    @Test
    void a_back_off_is_no_failure_and_counts_among_the_snoozes() {
      VerbCall backOff = new VerbCall.BackOff(Duration.ofSeconds(5));
      Verdict verdict = called(backOff, new Counters(2, 1000, 0, 0, 999));
      assertThat(verdict.outcome()).isEqualTo(new Outcome.BackedOff(Duration.ofSeconds(5)));
      assertThat(called(backOff, new Counters(0, 1001, 0, 0, 1000)).outcome())
          .isInstanceOf(Outcome.Retry.class);
    }

    @Test
    void retry_at_is_a_failure_with_its_own_wait() {
      Verdict verdict = called(new VerbCall.RetryAt(NOW.plusSeconds(90)), failures(0));
      assertThat(((Outcome.Retry) verdict.outcome()).delay()).isEqualTo(Duration.ofSeconds(90));
      assertThat(
              ((Outcome.Retry)
                      called(new VerbCall.RetryAt(NOW.minusSeconds(9)), failures(0)).outcome())
                  .delay())
          .isZero();
      assertThat(called(new VerbCall.RetryAt(NOW.plusSeconds(90)), failures(2)).isDeath()).isTrue();
    }

    @Test
    void discard_and_bury_end_the_job() {
      Verdict discarded = called(new VerbCall.Discard("gone"), failures(0));
      assertThat(discarded.outcome()).isInstanceOf(Outcome.Discarded.class);
      assertThat(attempt(discarded).failure().message()).isEqualTo("gone");
      Verdict verdict = called(new VerbCall.Bury("no hope"), failures(0));
      assertThat(((Outcome.Buried) verdict.outcome()).reason()).isEqualTo(StateReason.BURIED);
      assertThat(attempt(verdict).failure().message()).isEqualTo("no hope");
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 2", "5, 32", "6, 60", "40, 60"})
  void a_missed_job_waits_longer_each_time(int misses, int seconds) {
    Verdict verdict = rules.missed("no handler", new Counters(0, 1, 0, misses, 0), Duration.ZERO);
    assertThat(verdict.outcome()).isEqualTo(new Outcome.Missed(Duration.ofSeconds(seconds)));
  }

  @Test
  void a_job_missed_for_a_day_is_a_dead_letter() {
    Verdict verdict = rules.missed("no handler", Counters.NONE, Duration.ofHours(24));
    assertThat(verdict.outcome()).isEqualTo(new Outcome.Buried(StateReason.UNKNOWN_TYPE, null));
  }

  @Test
  void what_a_user_made_stays_on_one_line_of_the_log() {
    Verdict verdict = threw(new IOException("first\r\nINFO forged\u2028line"), 0);
    assertThat(verdict.detail()).isEqualTo("IOException: first  INFO forged line");
  }
}
