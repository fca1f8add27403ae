package dev.holdfast.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.flow.Mail;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.PayloadException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What runs are sent, written and read. */
class MailJsonTest {
  private static final JobId JOB = JobId.parse("mail~0~01J9ZQ4K7MX3V5T8B2N6C1D0EF");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void the_end_of_a_job_comes_back_with_its_text_byte_for_byte() {
    byte[] text = bytes("{\"a\" : 1.0E+2,\n\"b\":\"ü\"}");
    Mail read =
        MailJson.decode(
            MailJson.encode(new Mail.JobEnded(JOB, 3, JobState.DEAD, "EXHAUSTED", text)));
    assertThat(read)
        .isInstanceOfSatisfying(
            Mail.JobEnded.class,
            end -> {
              assertThat(end.job()).isEqualTo(JOB);
              assertThat(end.claims()).isEqualTo(3);
              assertThat(end.how()).isEqualTo(JobState.DEAD);
              assertThat(end.reason()).isEqualTo("EXHAUSTED");
              assertThat(end.text()).isEqualTo(text);
              assertThat(end.id()).isEqualTo("job:" + JOB + ":3");
            });
  }

  @Test
  void an_end_without_a_text_has_none() {
    Mail.JobEnded ended = new Mail.JobEnded(JOB, 1, JobState.SUCCEEDED, "COMPLETED", null);
    assertThat(MailJson.decode(MailJson.encode(ended))).isEqualTo(ended);
  }

  @Test
  void an_event_comes_back_to_the_millisecond() {
    Instant at = Instant.parse("2030-01-01T00:00:00.123Z");
    byte[] payload = bytes("[1,2]");
    Mail read =
        MailJson.decode(
            MailJson.encode(new Mail.EventCame("e\"1", "billing.paid", "", at, payload)));
    assertThat(read)
        .isInstanceOfSatisfying(
            Mail.EventCame.class,
            event -> {
              assertThat(event.event()).isEqualTo("e\"1");
              assertThat(event.type()).isEqualTo("billing.paid");
              assertThat(event.key()).isEmpty();
              assertThat(event.at()).isEqualTo(at);
              assertThat(event.payload()).isEqualTo(payload);
            });
  }

  @Test
  void the_word_that_a_batch_is_sealed_comes_back() {
    assertThat(MailJson.decode(MailJson.encode(new Mail.BatchSealed(7))))
        .isEqualTo(new Mail.BatchSealed(7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "{}",
        "{\"mail\":\"parcel\"}",
        "{\"mail\":\"job\",\"job\":\"none\",\"claims\":1,\"how\":\"DEAD\",\"reason\":\"\"}",
        "{\"mail\":\"event\",\"event\":\"e\",\"type\":\"t\",\"key\":\"\",\"at\":1}"
      })
  void what_is_no_message_is_unreadable(String text) {
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(() -> MailJson.decode(bytes(text)))
        .matches(e -> e.problem() == PayloadException.Problem.UNREADABLE);
  }
}
