package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobId;
import dev.holdfast.job.JobKeys;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The keys of a batch's jobs. */
class ChildKeysTest {
  private static final JobId ONE = JobId.parse("mail~0~01J9ZQ4K7MX3V5T8B2N6C1D0EF");
  private static final JobId OTHER = JobId.parse("mail~0~01J9ZQ4K7MX3V5T8B2N6C1D0EG");

  private static List<String> keys(JobId batch) {
    ChildKeys keys = new ChildKeys(batch);
    return IntStream.range(0, 50_000).mapToObj(keys::at).toList();
  }

  @Test
  void they_are_keys_of_the_batchs_time_in_its_order_and_no_two_are_the_same() {
    List<String> keys = keys(ONE);
    assertThat(keys).isSorted().allMatch(JobId::isKey);
    assertThat(keys).allMatch(key -> JobKeys.instantOf(key).equals(JobKeys.instantOf(ONE.key())));
    Set<String> both = new HashSet<>(keys);
    both.addAll(keys(OTHER));
    assertThat(both).hasSize(100_000);
  }

  @Test
  void they_are_the_same_again() {
    assertThat(keys(ONE)).isEqualTo(keys(ONE));
  }
}
