package dev.holdfast.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.flow.Mail;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a batch makes of what it is told. */
class BatchTallyTest {
  private static JobId job(int number) {
    return new JobId("q", 0, "01J9ZQ4K7MX3V5T8B2N6C1D00" + number);
  }

  private static Mail ended(int number, int claims, JobState how) {
    return new Mail.JobEnded(job(number), claims, how, "", null);
  }

  @Test
  void the_latest_end_of_each_job_counts_whatever_the_order() {
    List<Mail> mail =
        new ArrayList<>(
            List.of(
                ended(1, 1, JobState.DEAD),
                ended(1, 4, JobState.DEAD),
                ended(1, 9, JobState.SUCCEEDED),
                ended(2, 1, JobState.SUCCEEDED),
                ended(3, 2, JobState.DEAD),
                ended(3, 2, JobState.DEAD),
                ended(4, 0, JobState.CANCELLED),
                new Mail.BatchSealed(5)));
    for (int seed = 0; seed < 50; seed++) {
      Collections.shuffle(mail, new Random(seed));
      assertThat(BatchTally.of(mail))
          .isEqualTo(new BatchTally(true, 5, 2, 1, 1, List.of(job(3), job(4))));
    }
  }

  @Test
  void it_says_how_many_messages_it_takes_at_the_least() {
    assertThat(BatchTally.of(List.of()).least(3)).isEqualTo(4);
    assertThat(BatchTally.of(List.of(new Mail.BatchSealed(3))).least(3)).isEqualTo(3);
    BatchTally one = BatchTally.of(List.of(ended(1, 1, JobState.DEAD), new Mail.BatchSealed(3)));
    assertThat(one.least(3)).isEqualTo(2);
    BatchTally all =
        BatchTally.of(
            List.of(
                ended(1, 1, JobState.DEAD),
                ended(2, 1, JobState.DEAD),
                ended(3, 1, JobState.SUCCEEDED),
                new Mail.BatchSealed(3)));
    assertThat(all.ended()).isEqualTo(3);
    assertThat(all.least(3)).isEqualTo(2);
  }

  @Test
  void a_batch_that_is_not_sealed_has_no_total() {
    BatchTally tally = BatchTally.of(List.of(ended(1, 1, JobState.SUCCEEDED)));
    assertThat(tally.sealed()).isFalse();
    assertThat(tally.total()).isZero();
    assertThat(tally.succeeded()).isEqualTo(1);
  }
}
