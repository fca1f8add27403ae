package dev.holdfast.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.retry.ExceptionRule.Verdict;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExceptionRuleTest {
  @Test
  void a_rule_is_for_subclasses_too() {
    List<ExceptionRule> rules = List.of(ExceptionRule.nonRetriable(IOException.class));
    assertThat(ExceptionRule.judge(rules, new FileNotFoundException()))
        .contains(Verdict.NON_RETRIABLE);
  }

  @Test
  void the_most_specific_class_wins_whatever_the_order() {
    ExceptionRule broad = ExceptionRule.nonRetriable(Exception.class);
    ExceptionRule narrow = ExceptionRule.retry(IOException.class);
    ExceptionRule narrowest = ExceptionRule.discard(FileNotFoundException.class);
    for (List<ExceptionRule> rules :
        List.of(List.of(broad, narrow, narrowest), List.of(narrowest, narrow, broad))) {
      assertThat(ExceptionRule.judge(rules, new FileNotFoundException())).contains(Verdict.DISCARD);
      assertThat(ExceptionRule.judge(rules, new IOException())).contains(Verdict.RETRY);
      assertThat(ExceptionRule.judge(rules, new IllegalStateException()))
          .contains(Verdict.NON_RETRIABLE);
    }
  }

  @Test
  void of_two_rules_for_one_class_the_first_stands() {
    List<ExceptionRule> rules =
        List.of(
            ExceptionRule.retry(IOException.class), ExceptionRule.nonRetriable(IOException.class));
    assertThat(ExceptionRule.judge(rules, new IOException())).contains(Verdict.RETRY);
  }

  @Test
  void no_rule_that_fits_is_no_verdict() {
    assertThat(ExceptionRule.judge(List.of(), new IOException())).isEmpty();
    assertThat(
            ExceptionRule.judge(
                List.of(ExceptionRule.nonRetriable(FileNotFoundException.class)),
                new IOException()))
        .isEmpty();
  }
}
