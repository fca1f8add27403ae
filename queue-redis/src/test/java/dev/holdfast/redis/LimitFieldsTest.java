package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.limit.Rate;
import dev.holdfast.spi.Control.LimitSetting;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitFieldsTest {
  @Test
  void every_setting_is_read_as_it_was_written() {
    List<LimitScope> scopes =
        List.of(
            LimitScope.queue(),
            LimitScope.eachKey(),
            LimitScope.type("mail.welcome"),
            LimitScope.key("k: of t:7"));
    List<Limit> limits =
        List.of(
            Limit.concurrency(3),
            Limit.rate(new Rate(7, Duration.ofMillis(1), 2)),
            Limit.rate(Rate.of(1, Duration.ofDays(366))).withConcurrency(Limit.MOST),
            Limit.inOrder());
    for (LimitScope scope : scopes) {
      for (Limit limit : limits) {
        LimitSetting read =
            LimitFields.decode(LimitFields.name(scope), LimitFields.encode(limit) + "\t0");
        assertThat(read).isEqualTo(new LimitSetting(scope, limit, false));
      }
    }
    assertThat(LimitFields.decode("t:x", "\t\t\t\t0\t1"))
        .isEqualTo(new LimitSetting(LimitScope.type("x"), null, true));
  }

  @ParameterizedTest
  @CsvSource({"x:y, 1\t\t\t\t0\t0", "t:a b, 1\t\t\t\t0\t0", "q, nonsense", "q, 0\t\t\t\t0\t0"})
  void what_was_not_written_by_us_is_refused(String name, String setting) {
    assertThatThrownBy(() -> LimitFields.decode(name, setting))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void a_scope_is_shown_whatever_its_name() {
    assertThat(LimitFields.shown("t:mail.welcome")).isEqualTo("type mail.welcome");
    assertThat(LimitFields.shown("k:tenant:7")).isEqualTo("key tenant:7");
    assertThat(LimitFields.shown("k:\n")).isEqualTo("key \n");
    assertThat(LimitFields.shown("z")).isEqualTo("z");
  }
}
