package dev.holdfast.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class NamingTest {
  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "a}b{c",
        "{mail}",
        "*",
        "mail:*",
        "ma?l",
        "[m]ail",
        "\r\nDEL x",
        "mail\n",
        "mail ",
        " ",
        "ma il",
        "mail\u0000",
        "mail\u007f",
        "mail\u0085",
        "mail:1",
        "mail~0",
        "mail/1",
        "mail\\1",
        "m\u0430il", // Cyrillic a
        "\uFF4Dail", // full-width m
        "mail\u200b", // zero-width space
        "\u202eliam", // right-to-left override
        "ma\u0131l", // dotless i
        "caf\u00e9",
        "\uD83D\uDE00",
        "\uD83D"
      })
  void a_queue_or_type_that_is_no_name_is_refused(String name) {
    assertThatExceptionOfType(InvalidNameException.class).isThrownBy(() -> Naming.queue(name));
    assertThatExceptionOfType(InvalidNameException.class).isThrownBy(() -> Naming.type(name));
  }

  @Test
  void a_name_has_at_most_128_characters() {
    assertThat(Naming.queue("q".repeat(128))).hasSize(128);
    assertThatExceptionOfType(InvalidNameException.class)
        .isThrownBy(() -> Naming.queue("q".repeat(129)));
  }

  @Test
  void the_message_shows_a_long_hostile_name_short_and_harmless() {
    String hostile = "\r\nDEL x\u0000" + "x".repeat(10_000);
    assertThatExceptionOfType(InvalidNameException.class)
        .isThrownBy(() -> Naming.queue(hostile))
        .satisfies(
            thrown -> {
              assertThat(thrown.getMessage()).hasSizeLessThan(300).contains("10008 characters");
              assertThat(thrown.getMessage().chars()).noneMatch(Character::isISOControl);
            });
  }

  @Property
  boolean every_name_of_the_allowed_characters_is_taken_as_it_is(
      @ForAll
          @StringLength(min = 1, max = 128)
          @CharRange(from = 'a', to = 'z')
          @CharRange(from = 'A', to = 'Z')
          @CharRange(from = '0', to = '9')
          @CharRange(from = '-', to = '.')
          @CharRange(from = '_', to = '_')
          String name) {
    return Naming.queue(name).equals(name) && Naming.type(name).equals(name);
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "a\nb",
        "a\tb",
        "a\u0000b",
        "a\u001fb",
        "a\u007fb",
        "a\u009fb",
        "a\uD83D",
        "\uDE00b",
        "\uDE00\uD83D"
      })
  void a_key_that_cannot_be_stored_is_refused(String key) {
    assertThatExceptionOfType(InvalidNameException.class)
        .isThrownBy(() -> Naming.key("idempotency key", key));
  }

  @ParameterizedTest
  @ValueSource(strings = {"welcome:7", "a b", "{x}*?", "café", "\uD83D\uDE00", "日本"})
  void a_key_may_be_any_other_text(String key) {
    assertThat(Naming.key("idempotency key", key)).isEqualTo(key);
  }

  @Test
  void a_quoted_text_breaks_no_line_and_turns_none_around() {
    assertThat(Naming.quote("a\u2028b\u2029c\u202Ed\u200Be\nf"))
        .isEqualTo("\"a\\u2028b\\u2029c\\u202ed\\u200be\\u000af\"");
  }

  @Test
  void a_key_has_at_most_256_bytes_not_characters() {
    assertThat(Naming.key("k", "é".repeat(128))).hasSize(128);
    assertThatExceptionOfType(InvalidNameException.class)
        .isThrownBy(() -> Naming.key("k", "é".repeat(128) + "x"))
        .withMessageContaining("257 bytes");
  }
}
