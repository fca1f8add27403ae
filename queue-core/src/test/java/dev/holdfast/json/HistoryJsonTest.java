package dev.holdfast.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.JobStatus.Progress;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Group;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryJsonTest {
  @Nested
  @Group
  class Attempts {
    private final Instant at = Instant.parse("2026-03-01T10:15:30.123Z");

    @Test
    void are_read_as_they_were_written() {
      Attempt attempt = new Attempt(3, at, Failure.of(new IllegalStateException("line\n\"two\"")));
      assertThat(AttemptJson.decode(AttemptJson.encode(attempt))).isEqualTo(attempt);
    }

    @Test
    void are_one_line_of_json() {
      Attempt attempt = new Attempt(1, at, new Failure("t", "a\nb\u2028", "x\r\n\tat y"));
      assertThat(new String(AttemptJson.encode(attempt), UTF_8))
          .isEqualTo(
              "{\"attempt\":1,\"at\":1772360130123,\"type\":\"t\",\"message\":\"a\\nb\u2028\","
                  + "\"stack\":\"x\\r\\n\\tat y\"}");
    }

    @Property
    void never_pass_4_kib_nor_break_the_line(
        @ForAll int number, @ForAll String type, @ForAll String message, @ForAll String stack) {
      assertFits(new Attempt(number, at, new Failure(type, message, stack)));
      assertFits(
          new Attempt(
              number, at, new Failure(type.repeat(30), message.repeat(100), stack.repeat(500))));
    }

    @Test
    void made_of_nothing_but_escapes_are_cut_to_fit() {
      String worst = "\u0001".repeat(5_000);
      assertFits(new Attempt(Integer.MIN_VALUE, Instant.MAX, new Failure(worst, worst, worst)));
      assertFits(new Attempt(1, at, new Failure("日".repeat(500), "日".repeat(900), worst)));
    }

    private void assertFits(Attempt attempt) {
      byte[] json = AttemptJson.encode(attempt);
      assertThat(json.length).isLessThanOrEqualTo(4096);
      assertThat(new String(json, UTF_8)).doesNotContain("\n", "\r");
      Attempt read = AttemptJson.decode(json);
      assertThat(read.number()).isEqualTo(attempt.number());
      assertThat(read.failure().type()).isNotEqualTo(AttemptJson.UNREADABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "7", "{", "garbage", "{\"attempt\":", "\u0000"})
    void that_cannot_be_read_say_so(String json) {
      Attempt read = AttemptJson.decode(json.getBytes(UTF_8));
      assertThat(read.failure().type()).isEqualTo(AttemptJson.UNREADABLE);
      assertThat(read.failure().message()).contains("cannot be read");
    }

    @Test
    void with_parts_missing_or_of_another_kind_are_read_as_far_as_they_go() {
      Attempt read =
          AttemptJson.decode(
              "{\"attempt\":2,\"type\":\"holdfast.crash\",\"at\":\"x\"}".getBytes(UTF_8));
      assertThat(read)
          .isEqualTo(new Attempt(2, Instant.EPOCH, new Failure("holdfast.crash", "", "")));
    }

    @Property
    void never_throw_when_read(@ForAll byte[] garbage) {
      assertThat(AttemptJson.decode(garbage)).isNotNull();
    }

    @Test
    void too_long_to_be_ours_are_not_parsed() {
      byte[] huge = ("{\"message\":\"" + "x".repeat(100_000) + "\"}").getBytes(UTF_8);
      assertThat(AttemptJson.decode(huge).failure().message()).contains("bytes");
    }
  }

  @Nested
  @Group
  class ProgressNotes {
    @Test
    void are_read_as_they_were_written() {
      Progress half = new Progress(0.5, "half of \"it\"");
      assertThat(new String(ProgressJson.encode(half), UTF_8))
          .isEqualTo("{\"f\":0.5,\"n\":\"half of \\\"it\\\"\"}");
      assertThat(ProgressJson.decode(ProgressJson.encode(half))).contains(half);
    }

    @Property
    void are_always_a_fraction_and_a_short_note(@ForAll double fraction, @ForAll String note) {
      Progress read =
          ProgressJson.decode(ProgressJson.encode(new Progress(fraction, note.repeat(20)))).get();
      assertThat(read.fraction()).isBetween(0.0, 1.0);
      assertThat(read.note()).hasSizeLessThanOrEqualTo(200);
    }

    @Test
    void that_are_no_number_are_zero() {
      for (double none : new double[] {Double.NaN, -1, Double.NEGATIVE_INFINITY, -0.0}) {
        assertThat(new String(ProgressJson.encode(new Progress(none, "")), UTF_8))
            .isEqualTo("{\"f\":0.0,\"n\":\"\"}");
      }
      assertThat(
              ProgressJson.decode(ProgressJson.encode(new Progress(Double.POSITIVE_INFINITY, ""))))
          .contains(new Progress(1, ""));
    }

    @Property
    void never_throw_when_read(@ForAll byte[] garbage) {
      assertThat(ProgressJson.decode(garbage)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{}", "[]", "{\"f\":\"x\"}", "{\"f\":0.5"})
    void that_cannot_be_read_are_none(String json) {
      assertThat(ProgressJson.decode(json.getBytes(UTF_8))).isEmpty();
    }
  }
}
