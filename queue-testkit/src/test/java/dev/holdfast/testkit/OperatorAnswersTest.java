package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.JobQueue;
import dev.holdfast.MoveResult;
import dev.holdfast.deadletter.RedriveResult;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobType;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueFullException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What an operator is told: a job that is not known is another answer than one in another state.
 */
final class OperatorAnswersTest {
  private static final Instant LATER = Instant.parse("2100-01-01T00:00:00Z");
  private static final JobId UNKNOWN = new JobId("mail", 0, "01J9ZQ4K7MX3V5T8B2N6C1D0EF");

  @JobType(value = "letter", queue = "mail")
  record Letter(int number) {}

  private final Holdfast holdfast = Holdfast.on(InMemoryEngine.create());
  private final JobQueue mail = holdfast.queue("mail");

  @AfterEach
  void close() {
    holdfast.close();
  }

  @Test
  void a_waiting_job_is_moved() {
    JobId id = holdfast.enqueue(new Letter(1), EnqueueOptions.in(Duration.ofHours(1))).id();
    assertThat(mail.reschedule(id, LATER)).isEqualTo(MoveResult.MOVED);
    assertThat(mail.changePriority(id, Priority.HIGH)).isEqualTo(MoveResult.MOVED);
    assertThat(mail.runNow(id)).isEqualTo(MoveResult.MOVED);
    assertThat(mail.runNow(id)).isEqualTo(MoveResult.UNCHANGED);
    assertThat(holdfast.deadLetters("mail").redrive(id)).isEqualTo(RedriveResult.NOT_DEAD);
  }

  @Test
  void a_bound_is_set_read_and_taken_back() {
    assertThat(mail.bound()).isEmpty();
    mail.changeBound(1);
    assertThat(mail.bound()).hasValue(1);
    holdfast.enqueue(new Letter(1));
    assertThatExceptionOfType(QueueFullException.class)
        .isThrownBy(() -> holdfast.enqueue(new Letter(2)))
        .withMessageContaining("JobQueue.changeBound");
    mail.clearBound();
    assertThat(mail.bound()).isEmpty();
    assertThat(holdfast.enqueue(new Letter(3)).created()).isTrue();
    for (long bad : new long[] {0, -1, 1_000_000_001L}) {
      assertThatIllegalArgumentException().isThrownBy(() -> mail.changeBound(bad));
    }
  }

  @Test
  void a_job_that_has_ended_is_told_from_one_that_is_not_known() {
    JobId ended = holdfast.enqueue(new Letter(1)).id();
    holdfast.cancel(ended);
    assertThat(mail.runNow(ended)).isEqualTo(MoveResult.ALREADY_ENDED);
    assertThat(mail.reschedule(ended, LATER)).isEqualTo(MoveResult.ALREADY_ENDED);
    assertThat(mail.changePriority(ended, Priority.LOW)).isEqualTo(MoveResult.ALREADY_ENDED);
    assertThat(holdfast.deadLetters("mail").redrive(ended)).isEqualTo(RedriveResult.NOT_DEAD);

    assertThat(mail.runNow(UNKNOWN)).isEqualTo(MoveResult.NOT_FOUND);
    assertThat(mail.reschedule(UNKNOWN, LATER)).isEqualTo(MoveResult.NOT_FOUND);
    assertThat(mail.changePriority(UNKNOWN, Priority.LOW)).isEqualTo(MoveResult.NOT_FOUND);
    assertThat(holdfast.deadLetters("mail").redrive(UNKNOWN)).isEqualTo(RedriveResult.NOT_FOUND);
  }
}
