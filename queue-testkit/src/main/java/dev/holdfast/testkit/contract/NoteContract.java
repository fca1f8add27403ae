package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.StoredJob;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What a running attempt leaves with its job: progress, log and checkpoint, while its claim stands.
 */
public abstract class NoteContract extends EngineContract {
  private boolean note(
      Held held, @Nullable String progress, @Nullable String log, @Nullable String checkpoint) {
    return await(
        engine()
            .claiming()
            .note(queue(), held, new Note(encoded(progress), encoded(log), encoded(checkpoint))));
  }

  private static byte @Nullable [] encoded(@Nullable String text) {
    return text == null ? null : bytes(text);
  }

  @Test
  void progress_is_replaced_and_log_lines_are_added() {
    String key = enqueueOne();
    Held held = taker().claimOne().held();

    assertThat(note(held, "{\"f\":0.1}", "one", null)).isTrue();
    assertThat(note(held, "{\"f\":0.9}", "two\nthree", null)).isTrue();

    StoredJob job = stored(key);
    assertThat(text(job.progress())).isEqualTo("{\"f\":0.9}");
    assertThat(job.log()).containsExactly("one", "two", "three");
  }

  @Test
  void parts_that_are_null_are_left_as_they_were() {
    String key = enqueueOne();
    Held held = taker().claimOne().held();
    note(held, "{\"f\":0.1}", "one", "7");

    assertThat(note(held, null, null, null)).isTrue();
    assertThat(note(held, null, "two", null)).isTrue();
    assertThat(text(stored(key).progress())).isEqualTo("{\"f\":0.1}");
    assertThat(stored(key).log()).containsExactly("one", "two");
  }

  @Test
  void text_beyond_ascii_comes_back_as_it_was() {
    String key = enqueueOne();
    Held held = taker().claimOne().held();
    note(held, "{\"n\":\"Grüße 你好 🙂\"}", "café 🙂", null);

    assertThat(text(stored(key).progress())).isEqualTo("{\"n\":\"Grüße 你好 🙂\"}");
    assertThat(stored(key).log()).containsExactly("café 🙂");
  }

  @Test
  void the_last_checkpoint_is_handed_to_the_next_claim_whatever_ended_the_one_before() {
    enqueueOne();
    Claim first = taker().claimOne();
    note(first.held(), null, null, "\"a\"");
    note(first.held(), null, null, "\"b\"");
    passReaping(TurnTaker.LEASE);
    Claim second = taker().claimOne();
    assertThat(text(second.checkpoint())).isEqualTo("\"b\"");

    taker().settle(second, new Outcome.Released());
    assertThat(text(taker().claimOne().checkpoint())).isEqualTo("\"b\"");
  }

  @Test
  void a_redriven_job_keeps_its_checkpoint() {
    String key = enqueueOne();
    Claim first = taker().claimOne();
    note(first.held(), null, null, "42");
    taker().settle(first, buried(StateReason.BURIED));
    engine().control().redrive(queue(), key);

    assertThat(text(taker().claimOne().checkpoint())).isEqualTo("42");
  }

  @Test
  void a_note_of_a_claim_that_was_settled_is_refused() {
    String key = enqueueOne();
    Claim claim = claimAndSettle(retry(Duration.ofSeconds(1)));

    assertThat(note(claim.held(), "{\"f\":1}", "late", "9")).isFalse();
    assertThat(stored(key).progress()).isNull();
    assertThat(stored(key).log()).isEmpty();
    advance(Duration.ofSeconds(1));
    assertThat(taker().claimOne().checkpoint()).isNull();
  }

  @Test
  void a_note_of_a_claim_that_was_reaped_or_taken_is_refused() {
    String key = enqueueOne();
    Held first = taker("w1").claimOne().held();
    passReaping(TurnTaker.LEASE);
    assertThat(note(first, null, "late", null)).isFalse();
    Held second = taker("w2").claimOne().held();
    assertThat(note(first, null, "later", null)).isFalse();

    assertThat(note(second, null, "mine", null)).isTrue();
    assertThat(stored(key).log()).containsExactly("mine");
  }

  @Test
  void a_note_with_a_forged_nonce_is_refused() {
    String key = enqueueOne();
    Held held = taker().claimOne().held();
    Held forged = new Held(key, new ClaimToken(held.token().number(), "0000000000000000"));

    assertThat(note(forged, "{\"f\":1}", null, null)).isFalse();
    assertThat(stored(key).progress()).isNull();
  }

  @Test
  void a_note_for_a_job_nobody_knows_is_refused() {
    assertThat(note(new Held(key(), new ClaimToken(1, "0123456789abcdef")), "1", "x", "2"))
        .isFalse();
  }

  @Test
  void a_note_after_the_lease_ended_is_written_while_nobody_reaped() {
    String key = enqueueOne();
    Held held = taker().claimOne().held();
    advance(TurnTaker.LEASE.multipliedBy(3));

    assertThat(note(held, null, "still here", null)).isTrue();
    assertThat(stored(key).log()).containsExactly("still here");
  }

  @Test
  void the_log_keeps_its_last_hundred_lines() {
    String key = enqueueOne();
    Held held = taker().claimOne().held();
    for (int from = 0; from < 250; from += 50) {
      note(
          held,
          null,
          IntStream.range(from, from + 50)
              .mapToObj(i -> "line " + i)
              .collect(Collectors.joining("\n")),
          null);
    }

    List<String> log = stored(key).log();
    assertThat(log).hasSize(100).startsWith("line 150").endsWith("line 249");
  }

  @Test
  void the_log_keeps_its_last_sixteen_kibibytes_in_whole_lines() {
    String key = enqueueOne();
    Held held = taker().claimOne().held();
    for (int i = 0; i < 40; i++) {
      note(held, null, i + "x".repeat(1000), null);
    }

    List<String> log = stored(key).log();
    assertThat(String.join("\n", log).getBytes(StandardCharsets.UTF_8).length)
        .isBetween(15_000, 16_384);
    assertThat(log).allSatisfy(line -> assertThat(line).hasSizeGreaterThanOrEqualTo(1001));
    assertThat(log.get(log.size() - 1)).startsWith("39x");
  }

  @Test
  void log_and_progress_outlive_success() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    note(claim.held(), "{\"f\":1}", "done", "5");
    taker().settle(claim, succeeded());

    assertThat(state(key)).isEqualTo(JobState.SUCCEEDED);
    assertThat(stored(key).log()).containsExactly("done");
    assertThat(text(stored(key).progress())).isEqualTo("{\"f\":1}");
  }

  @Test
  void progress_outlives_a_cancel() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    note(claim.held(), "{\"f\":0.5}", null, null);
    taker().settle(claim, new Outcome.Discarded());

    assertThat(state(key)).isEqualTo(JobState.CANCELLED);
    assertThat(text(stored(key).progress())).isEqualTo("{\"f\":0.5}");
  }

  @Test
  void a_line_longer_than_the_whole_log_is_not_cut_within_a_character() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    for (String prefix : List.of("", "x", "xx", "xxx")) {
      note(claim.held(), null, prefix + "\uD83D\uDE42".repeat(5_000), null);

      assertThat(stored(key).log())
          .singleElement()
          .asString()
          .startsWith(prefix + "\uD83D\uDE42")
          .doesNotContain("\uFFFD")
          .hasSizeGreaterThan(8_000);
    }
  }

  @Test
  void notes_of_a_job_that_waits_again_are_still_there() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    note(claim.held(), "{\"f\":0.5}", "half", null);
    taker().settle(claim, retry(Duration.ofSeconds(1)));

    assertThat(text(stored(key).progress())).isEqualTo("{\"f\":0.5}");
    assertThat(stored(key).log()).containsExactly("half");
  }

  @Test
  void notes_of_jobs_are_apart() {
    List<String> keys = enqueue(2);
    List<Claim> claims = taker().claim(2);
    note(claims.get(0).held(), "{\"f\":0.1}", "first", null);
    note(claims.get(1).held(), "{\"f\":0.2}", "second", null);

    assertThat(stored(keys.get(0)).log()).containsExactly("first");
    assertThat(text(stored(keys.get(1)).progress())).isEqualTo("{\"f\":0.2}");
  }
}
