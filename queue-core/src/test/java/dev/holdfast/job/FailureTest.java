package dev.holdfast.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FailureTest {
  @Test
  void tells_class_message_and_stack_trace() {
    Failure failure = Failure.of(new IllegalStateException("no stock"));
    assertThat(failure.type()).isEqualTo("java.lang.IllegalStateException");
    assertThat(failure.message()).isEqualTo("no stock");
    assertThat(failure.stackTrace()).contains("FailureTest");
  }

  @Test
  void has_an_empty_message_where_there_is_none() {
    assertThat(Failure.of(new IllegalStateException()).message()).isEmpty();
  }

  @Test
  void survives_an_exception_whose_methods_throw() {
    class Hostile extends RuntimeException {
      private static final long serialVersionUID = 1L;

      @Override
      public String getMessage() {
        throw new IllegalStateException("gotcha");
      }
    }
    assertThat(Failure.of(new Hostile()).message()).contains("IllegalStateException");
  }

  @Test
  void survives_an_exception_whose_methods_never_end() {
    class Endless extends RuntimeException {
      private static final long serialVersionUID = 1L;

      @Override
      public String getMessage() {
        return toString();
      }
    }
    assertThat(Failure.of(new Endless()).message()).contains("StackOverflowError");
  }

  @Test
  void cuts_long_parts_without_cutting_a_character_in_two() {
    String emoji = "\uD83D\uDE00";
    Failure failure = new Failure("t".repeat(500), "x" + emoji.repeat(500), emoji.repeat(5_000));
    assertThat(failure.type()).hasSizeLessThanOrEqualTo(201);
    assertThat(failure.message()).hasSizeLessThanOrEqualTo(501).endsWith(emoji + "…");
    assertThat(failure.stackTrace().getBytes(StandardCharsets.UTF_8).length)
        .isLessThanOrEqualTo(3_000);
    assertThat(failure.stackTrace()).startsWith(emoji).endsWith("…").doesNotContain("\uFFFD");
  }
}
