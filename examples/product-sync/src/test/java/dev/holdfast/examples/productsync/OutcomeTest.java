package dev.holdfast.examples.productsync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.productsync.ProductTable.Audit;
import dev.holdfast.examples.productsync.ShopLimiter.Phase;
import dev.holdfast.examples.productsync.ShopServer.Catalogue;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {
  private static final Audit ALL_THERE = new Audit(5_000, 0, 0);
  private static final Phase NORMAL = new Phase("two workers", 60, 170, 0, 0);
  private static final Phase LOWERED = new Phase("lowered", 20, 32, 4, 2);

  private static List<String> faults(Audit copy, Phase normal, Phase lowered) {
    return outcome(copy, normal, lowered, 20, 0, 1).faults();
  }

  private static Outcome outcome(
      Audit copy, Phase normal, Phase lowered, int succeeded, int dead, int resumed) {
    return new Outcome(
        new Catalogue(5_000, 25),
        copy,
        List.of(normal, lowered),
        succeeded,
        206,
        0,
        dead,
        1,
        resumed);
  }

  @Test
  void a_page_fetched_twice_and_a_429_while_the_limit_was_lower_are_no_faults() {
    assertThat(faults(ALL_THERE, NORMAL, LOWERED)).isEmpty();
  }

  @Test
  void a_product_that_is_missing_wrong_or_written_twice_is_a_fault() {
    assertThat(faults(new Audit(4_999, 1, 2), NORMAL, LOWERED))
        .containsExactly(
            "products stored: 4999 instead of 5000",
            "products written more than once: 1 instead of 0",
            "products not as the shop has them: 2 instead of 0");
  }

  @Test
  void one_429_within_the_normal_limit_is_a_fault() {
    assertThat(faults(ALL_THERE, new Phase("two workers", 60, 170, 1, 1), LOWERED))
        .containsExactly("429 in phase two workers: 1 instead of 0");
  }

  @Test
  void a_lower_limit_that_nobody_met_or_that_was_not_waited_for_is_a_fault() {
    assertThat(faults(ALL_THERE, NORMAL, new Phase("lowered", 20, 32, 0, 0)))
        .containsExactly("429 in phase lowered: 0 instead of 1 to 0");
    assertThat(faults(ALL_THERE, NORMAL, new Phase("lowered", 20, 32, 7, 2)))
        .containsExactly("429 in phase lowered: 7 instead of 1 to 6");
  }

  @Test
  void jobs_that_begin_anew_ask_for_more_pages_than_there_can_be() {
    assertThat(faults(ALL_THERE, new Phase("two workers", 60, 175, 0, 0), LOWERED))
        .containsExactly("requests served: 207 instead of 201 to 203");
  }

  @Test
  void a_dead_letter_and_a_job_that_did_not_go_on_are_faults() {
    assertThat(outcome(ALL_THERE, NORMAL, LOWERED, 19, 1, 0).faults())
        .containsExactly(
            "jobs succeeded: 19 instead of 20",
            "dead letters: 1 instead of 0",
            "jobs that went on after that: 0 instead of 1");
  }
}
