package dev.holdfast.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.jsontype.impl.LaissezFaireSubTypeValidator;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.PayloadException.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JacksonCodecTest {
  private static final JacksonCodec CODEC = JacksonCodec.strict();

  public record Order(long id, String name, BigDecimal amount) {}

  public record Times(Instant at, LocalDate day, Duration took, OffsetDateTime local) {}

  public record Holder(Object value) {}

  public record Text(String text) {}

  /** Its getter throws. */
  public static final class Moody {
    public String getName() {
      throw new IllegalStateException("no name today");
    }
  }

  /** Its getter calls itself by way of another. */
  public static final class Bottomless {
    public String getName() {
      return other();
    }

    private String other() {
      return getName();
    }
  }

  static String json(Object value) {
    return new String(CODEC.encode("payload", value), UTF_8);
  }

  static void assertRefused(Problem problem, Object value) {
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(() -> CODEC.encode("payload", value))
        .satisfies(thrown -> assertThat(thrown.problem()).isEqualTo(problem));
  }

  static void assertUnreadable(byte[] json, Class<?> type) {
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(() -> CODEC.decode("payload", json, type))
        .satisfies(thrown -> assertThat(thrown.problem()).isEqualTo(Problem.UNREADABLE));
  }

  @Test
  void a_record_is_read_as_it_was_written() {
    Order order = new Order(7, "Zoë \uD83D\uDE00 \u0000\"\\", new BigDecimal("12.30"));
    assertThat(CODEC.decode("payload", CODEC.encode("payload", order), Order.class))
        .isEqualTo(order);
  }

  @Test
  void times_are_iso_text_and_keep_their_offset() {
    Times times =
        new Times(
            Instant.parse("2026-03-01T10:15:30Z"),
            LocalDate.parse("2026-03-01"),
            Duration.ofSeconds(90),
            OffsetDateTime.parse("2026-03-01T10:15:30+05:30"));
    assertThat(json(times))
        .isEqualTo(
            "{\"at\":\"2026-03-01T10:15:30Z\",\"day\":\"2026-03-01\",\"took\":\"PT1M30S\","
                + "\"local\":\"2026-03-01T10:15:30+05:30\"}");
    assertThat(CODEC.decode("payload", CODEC.encode("payload", times), Times.class))
        .isEqualTo(times);
  }

  @Nested
  class Size {
    @Test
    void the_limit_itself_is_taken_and_one_byte_more_is_not() {
      JacksonCodec small = JacksonCodec.strict(100);
      assertThat(small.encode("payload", "x".repeat(98))).hasSize(100);
      assertThatExceptionOfType(PayloadException.class)
          .isThrownBy(() -> small.encode("payload", "x".repeat(99)))
          .withMessageContaining("101 bytes")
          .withMessageContaining("at most 100")
          .satisfies(thrown -> assertThat(thrown.problem()).isEqualTo(Problem.TOO_LARGE));
    }

    @Test
    void ten_megabytes_are_refused_with_both_numbers() {
      assertThatExceptionOfType(PayloadException.class)
          .isThrownBy(() -> CODEC.encode("payload", new Text("x".repeat(10_000_000))))
          .withMessageContaining("10000011 bytes")
          .withMessageContaining("262144")
          .satisfies(thrown -> assertThat(thrown.problem()).isEqualTo(Problem.TOO_LARGE));
    }

    @Test
    void what_does_not_end_is_given_up() {
      Iterable<String> endless =
          () ->
              new Iterator<>() {
                @Override
                public boolean hasNext() {
                  return true;
                }

                @Override
                public String next() {
                  return "again";
                }
              };
      assertRefused(Problem.TOO_LARGE, endless);
      assertRefused(Problem.TOO_LARGE, new Holder(endless));
    }

    @Test
    void a_hundred_thousand_keys_are_refused_by_size_alone() {
      Map<String, Integer> keys = new HashMap<>();
      IntStream.range(0, 100_000).forEach(i -> keys.put("key" + i, i));
      assertRefused(Problem.TOO_LARGE, keys);
    }

    @Test
    void limits_out_of_range_are_refused() {
      for (int limit : new int[] {0, -1, 1024 * 1024 + 1}) {
        assertThatExceptionOfType(InvalidHandlerException.class)
            .isThrownBy(() -> JacksonCodec.strict(limit));
      }
      assertThat(JacksonCodec.strict(1024 * 1024)).isNotNull();
    }

    @Test
    void the_largest_payload_allowed_can_be_read_back() {
      JacksonCodec large = JacksonCodec.strict(1024 * 1024);
      String text = "x".repeat(1024 * 1024 - 2);
      assertThat(large.decode("payload", large.encode("payload", text), String.class))
          .isEqualTo(text);
    }
  }

  @Nested
  class NotWritable {
    @Test
    void a_cycle_is_refused() {
      List<Object> cycle = new ArrayList<>();
      cycle.add(cycle);
      assertRefused(Problem.TOO_DEEP, cycle);
      Map<String, Object> inner = new HashMap<>();
      inner.put("outer", new Holder(inner));
      assertRefused(Problem.TOO_DEEP, inner);
    }

    @Test
    void a_hundred_levels_are_taken_and_one_more_is_not() {
      assertThat(json(nested(100))).startsWith("[[[");
      assertRefused(Problem.TOO_DEEP, nested(101));
      assertRefused(Problem.TOO_DEEP, nested(100_000));
    }

    private Object nested(int levels) {
      List<Object> value = new ArrayList<>();
      for (int i = 1; i < levels; i++) {
        List<Object> outer = new ArrayList<>();
        outer.add(value);
        value = outer;
      }
      return value;
    }

    @Test
    void a_getter_that_throws_is_named() {
      assertThatExceptionOfType(PayloadException.class)
          .isThrownBy(() -> CODEC.encode("payload", new Moody()))
          .withMessageContaining("Moody")
          .withMessageContaining("no name today")
          .satisfies(thrown -> assertThat(thrown.problem()).isEqualTo(Problem.NOT_SERIALIZABLE));
    }

    @Test
    void a_getter_that_overflows_the_stack_is_too_deep() {
      assertRefused(Problem.TOO_DEEP, new Bottomless());
    }

    @Test
    void a_class_without_properties_is_refused() {
      assertRefused(Problem.NOT_SERIALIZABLE, new Object());
      assertRefused(Problem.NOT_SERIALIZABLE, new Holder(new Object()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\uD83D", "\uDE00", "\uD83Dx", "\uDE00\uD83D"})
    void half_of_a_surrogate_pair_is_refused(String text) {
      assertRefused(Problem.NOT_SERIALIZABLE, new Text(text));
      assertRefused(Problem.NOT_SERIALIZABLE, Map.of(text, 1));
    }

    @Test
    void whole_pairs_and_backslashes_are_taken_escaped_or_not() {
      JacksonCodec ascii =
          JacksonCodec.of(
              new ObjectMapper()
                  .configure(
                      com.fasterxml.jackson.core.json.JsonWriteFeature.ESCAPE_NON_ASCII
                          .mappedFeature(),
                      true));
      for (JacksonCodec codec : List.of(CODEC, ascii)) {
        for (String text :
            List.of("\uD83D\uDE00", "\\uD83D", "\\\\ud83d\\", "\u0001\uD83D\uDE00é")) {
          byte[] json = codec.encode("payload", new Text(text));
          assertThat(codec.decode("payload", json, Text.class)).isEqualTo(new Text(text));
        }
      }
      assertThatExceptionOfType(PayloadException.class)
          .isThrownBy(() -> ascii.encode("payload", new Text("\\\uD83Dx")));
    }

    @Test
    void what_is_written_as_null_is_refused() {
      assertRefused(
          Problem.NOT_SERIALIZABLE, com.fasterxml.jackson.databind.node.NullNode.getInstance());
    }
  }

  @Nested
  class Hostile {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          " ",
          "null",
          "{",
          "{}}",
          "{} {}",
          "{\"text\":\"a\"} x",
          "[]",
          "\"text\"",
          "nonsense",
          "{\"text\":\"a\nb\"}",
          "{\"text\":\"a",
          "{'text':'a'}",
          "{\"text\":{\"a\":1}}",
          "{\"text\":NaN",
          "\u0000",
          "{\"text\":\"\u0000\"}"
        })
    void what_is_no_such_json_is_unreadable(String json) {
      assertUnreadable(json.getBytes(UTF_8), Text.class);
    }

    @Test
    void bytes_that_are_no_utf8_are_unreadable() {
      assertUnreadable(
          new byte[] {'{', '"', 't', 'e', 'x', 't', '"', ':', '"', (byte) 0xC3, '"', '}'},
          Text.class);
      assertUnreadable(new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 1}, Text.class);
    }

    @Test
    void a_hundred_thousand_levels_are_unreadable_and_do_not_overflow_the_stack() {
      assertUnreadable(("[".repeat(100_000) + "]".repeat(100_000)).getBytes(UTF_8), Object.class);
      assertUnreadable(
          ("{\"unknown\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}").getBytes(UTF_8),
          Text.class);
      assertUnreadable("{\"a\":".repeat(100_000).getBytes(UTF_8), Object.class);
    }

    @Test
    void a_number_of_a_million_digits_is_unreadable() {
      String digits = "9".repeat(1_000_000);
      assertUnreadable(("{\"amount\":" + digits + "}").getBytes(UTF_8), Order.class);
      assertUnreadable(("{\"id\":" + digits + "}").getBytes(UTF_8), Order.class);
      assertUnreadable(("{\"amount\":\"" + digits + "\"}").getBytes(UTF_8), Order.class);
      assertUnreadable(digits.getBytes(UTF_8), Object.class);
    }

    @Test
    void a_number_that_would_take_ages_to_convert_stays_a_number() {
      // 1e1000000000 is short to write and a billion digits long as an integer.
      assertUnreadable("{\"id\":1e1000000000}".getBytes(UTF_8), Order.class);
    }

    @Test
    void more_than_a_megabyte_is_unreadable() {
      assertUnreadable(
          ("{\"text\":\"" + "x".repeat(1024 * 1024) + "\"}").getBytes(UTF_8), Text.class);
    }

    @Test
    void many_unknown_keys_are_skipped() {
      StringBuilder json = new StringBuilder("{\"text\":\"here\"");
      IntStream.range(0, 50_000).forEach(i -> json.append(",\"k").append(i).append("\":0"));
      assertThat(CODEC.decode("payload", json.append('}').toString().getBytes(UTF_8), Text.class))
          .isEqualTo(new Text("here"));
    }

    @Test
    void a_very_long_key_is_unreadable() {
      assertUnreadable(("{\"" + "k".repeat(5_000) + "\":1}").getBytes(UTF_8), Text.class);
    }
  }

  @Nested
  class Gadgets {
    public record Animal(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object any) {}

    @Test
    void a_class_name_in_the_json_stays_data() {
      Object read =
          CODEC.decode(
              "payload",
              "{\"value\":{\"@class\":\"javax.swing.JEditorPane\",\"page\":\"http://x\"}}"
                  .getBytes(UTF_8),
              Holder.class);
      assertThat(read)
          .isEqualTo(new Holder(Map.of("@class", "javax.swing.JEditorPane", "page", "http://x")));
      assertThat(
              CODEC.decode(
                  "payload",
                  "{\"value\":[\"java.util.logging.FileHandler\",{\"pattern\":\"/x\"}]}"
                      .getBytes(UTF_8),
                  Holder.class))
          .isEqualTo(new Holder(List.of("java.util.logging.FileHandler", Map.of("pattern", "/x"))));
    }

    @Test
    void class_names_are_denied_even_where_a_payload_asks_for_them() {
      for (JacksonCodec codec : List.of(CODEC, JacksonCodec.of(new ObjectMapper()))) {
        for (String named : List.of("java.util.logging.FileHandler", "java.util.HashMap")) {
          assertThatExceptionOfType(PayloadException.class)
              .isThrownBy(
                  () ->
                      codec.decode(
                          "payload",
                          ("{\"any\":{\"@class\":\"" + named + "\"}}").getBytes(UTF_8),
                          Animal.class));
        }
      }
    }

    @Test
    void a_java_serialization_stream_is_unreadable() throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(new ArrayList<>(List.of("x")));
      }
      assertUnreadable(bytes.toByteArray(), Holder.class);
    }
  }

  @Nested
  class WithTheApplicationsMapper {
    @Test
    void default_typing_is_refused() {
      ObjectMapper typed =
          new ObjectMapper()
              .activateDefaultTyping(
                  LaissezFaireSubTypeValidator.instance, ObjectMapper.DefaultTyping.NON_FINAL);
      assertThatExceptionOfType(InvalidHandlerException.class)
          .isThrownBy(() -> JacksonCodec.of(typed))
          .withMessageContaining("default typing");
    }

    @Test
    void its_settings_stay_and_the_limits_are_put_on_a_copy() {
      ObjectMapper mapper =
          new ObjectMapper()
              .setPropertyNamingStrategy(
                  com.fasterxml.jackson.databind.PropertyNamingStrategies.SNAKE_CASE);
      JacksonCodec codec = JacksonCodec.of(mapper);
      record Named(String firstName) {}
      assertThat(new String(codec.encode("payload", new Named("Ada")), UTF_8))
          .isEqualTo("{\"first_name\":\"Ada\"}");
      assertThat(
              codec.decode(
                  "payload", "{\"first_name\":\"Ada\",\"more\":1}".getBytes(UTF_8), Named.class))
          .isEqualTo(new Named("Ada"));
      assertThatExceptionOfType(PayloadException.class)
          .isThrownBy(
              () ->
                  codec.decode(
                      "payload",
                      ("[".repeat(101) + "]".repeat(101)).getBytes(UTF_8),
                      Object.class));
      assertThat(mapper.getFactory().streamReadConstraints().getMaxNestingDepth())
          .isGreaterThan(100);
    }

    @Test
    void a_mapper_of_a_subclass_that_cannot_be_copied_is_refused() {
      class Own extends ObjectMapper {
        private static final long serialVersionUID = 1L;
      }
      assertThatExceptionOfType(InvalidHandlerException.class)
          .isThrownBy(() -> JacksonCodec.of(new Own()))
          .withMessageContaining("copy");
    }
  }
}
