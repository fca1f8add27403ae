package dev.holdfast.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.PayloadException.Problem;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The rows of docs/payloads.md. */
class PayloadChangesTest {
  private static final JacksonCodec CODEC = JacksonCodec.strict();

  public record Welcome(long userId, String locale) {}

  /** Writes with one class and reads with another, as a deploy in between does. */
  private static <T> T reread(Object written, Class<T> newer) {
    return newer.cast(CODEC.decode("payload", CODEC.encode("payload", written), newer));
  }

  private static void buried(Object written, Class<?> newer) {
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(() -> reread(written, newer))
        .satisfies(thrown -> assertThat(thrown.problem()).isEqualTo(Problem.UNREADABLE));
  }

  @Nested
  class Safe {
    public record Greeting(String locale, long userId) {}

    public static final class GreetingClass {
      public long userId;
      public String locale;
    }

    public record WithName(long userId, String locale, String name, List<String> tags) {}

    public record WithCount(long userId, String locale, int count, boolean urgent) {}

    public record WithDefault(long userId, String locale, String channel) {
      public WithDefault {
        channel = channel == null ? "mail" : channel;
      }
    }

    public record WithoutLocale(long userId) {}

    public record WithoutUser(String locale) {}

    private final Welcome old = new Welcome(7, "fr");

    @Test
    void a_class_renamed_or_with_fields_in_another_order() {
      assertThat(reread(old, Greeting.class)).isEqualTo(new Greeting("fr", 7));
      assertThat(reread(new Greeting("fr", 7), Welcome.class)).isEqualTo(old);
      assertThat(reread(old, GreetingClass.class).locale).isEqualTo("fr");
    }

    @Test
    void a_field_added_of_an_object_type_is_null_and_ignored_by_the_old_class() {
      assertThat(reread(old, WithName.class)).isEqualTo(new WithName(7, "fr", null, null));
      assertThat(reread(new WithName(7, "fr", "Ada", List.of("x")), Welcome.class)).isEqualTo(old);
    }

    @Test
    void a_field_added_of_a_primitive_type_is_zero_or_false() {
      assertThat(reread(old, WithCount.class)).isEqualTo(new WithCount(7, "fr", 0, false));
      assertThat(reread(new WithCount(7, "fr", 9, true), Welcome.class)).isEqualTo(old);
    }

    @Test
    void a_field_removed_is_ignored_and_null_or_zero_for_the_old_class() {
      assertThat(reread(old, WithoutLocale.class)).isEqualTo(new WithoutLocale(7));
      assertThat(reread(new WithoutLocale(7), Welcome.class)).isEqualTo(new Welcome(7, null));
      assertThat(reread(new WithoutUser("fr"), Welcome.class)).isEqualTo(new Welcome(0, "fr"));
    }

    @Test
    void a_default_of_the_compact_constructor() {
      assertThat(reread(old, WithDefault.class)).isEqualTo(new WithDefault(7, "fr", "mail"));
    }
  }

  @Nested
  class WithAnAnnotation {
    public record Renamed(long userId, @JsonAlias("locale") String language) {}

    enum Old {
      @JsonEnumDefaultValue
      OTHER,
      SMALL
    }

    enum OldWithoutDefault {
      OTHER,
      SMALL
    }

    enum New {
      OTHER,
      SMALL,
      @JsonAlias("HUGE")
      LARGE
    }

    enum Older {
      HUGE
    }

    public record OldSize(Old size) {}

    public record StrictSize(OldWithoutDefault size) {}

    public record NewSize(New size) {}

    public record OlderSize(Older size) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
      @JsonSubTypes.Type(value = Mail.class, name = "mail"),
      @JsonSubTypes.Type(value = Text.class, name = "text")
    })
    interface Channel {}

    public record Mail(String address) implements Channel {}

    public record Text(String number) implements Channel {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes(@JsonSubTypes.Type(value = OldMail.class, name = "mail"))
    interface OldChannel {}

    public record OldMail(String address) implements OldChannel {}

    public record Message(Channel channel) {}

    public record OldMessage(OldChannel channel) {}

    @Test
    void a_field_renamed_is_read_by_its_alias() {
      assertThat(reread(new Welcome(7, "fr"), Renamed.class)).isEqualTo(new Renamed(7, "fr"));
      assertThat(reread(new Renamed(7, "fr"), Renamed.class)).isEqualTo(new Renamed(7, "fr"));
      assertThat(reread(new Renamed(7, "fr"), Welcome.class)).isEqualTo(new Welcome(7, null));
    }

    @Test
    void a_constant_added_is_the_default_of_the_old_enum_or_buried() {
      assertThat(reread(new NewSize(New.LARGE), OldSize.class)).isEqualTo(new OldSize(Old.OTHER));
      assertThat(reread(new OldSize(Old.SMALL), NewSize.class)).isEqualTo(new NewSize(New.SMALL));
      buried(new NewSize(New.LARGE), StrictSize.class);
    }

    @Test
    void a_constant_renamed_is_read_by_its_alias() {
      assertThat(reread(new OlderSize(Older.HUGE), NewSize.class))
          .isEqualTo(new NewSize(New.LARGE));
    }

    @Test
    void a_subtype_added_by_name_is_buried_by_the_old_class_only() {
      assertThat(reread(new OldMessage(new OldMail("a@x")), Message.class))
          .isEqualTo(new Message(new Mail("a@x")));
      assertThat(reread(new Message(new Mail("a@x")), OldMessage.class))
          .isEqualTo(new OldMessage(new OldMail("a@x")));
      buried(new Message(new Text("123")), OldMessage.class);
    }
  }

  @Nested
  class InOneDirection {
    public record AsInt(int value) {}

    public record AsLong(long value) {}

    public record AsDouble(double value) {}

    public record AsDecimal(BigDecimal value) {}

    public record AsText(String value) {}

    public record AsBoxed(Long value) {}

    @Test
    void a_number_widened_is_read_and_what_does_not_fit_the_old_type_is_buried() {
      assertThat(reread(new AsInt(7), AsLong.class)).isEqualTo(new AsLong(7));
      assertThat(reread(new AsLong(7), AsDouble.class)).isEqualTo(new AsDouble(7));
      assertThat(reread(new AsDouble(1.5), AsDecimal.class))
          .isEqualTo(new AsDecimal(new BigDecimal("1.5")));
      assertThat(reread(new AsLong(7), AsInt.class)).isEqualTo(new AsInt(7));
      buried(new AsLong(3_000_000_000L), AsInt.class);
      buried(new AsDecimal(new BigDecimal("1.5")), AsLong.class);
    }

    @Test
    void a_number_or_boolean_that_becomes_text_is_read_as_its_text() {
      assertThat(reread(new AsInt(7), AsText.class)).isEqualTo(new AsText("7"));
      assertThat(CODEC.decode("payload", "{\"value\":true}".getBytes(UTF_8), AsText.class))
          .isEqualTo(new AsText("true"));
      assertThat(reread(new AsText("7"), AsInt.class)).isEqualTo(new AsInt(7));
      buried(new AsText("seven"), AsInt.class);
    }

    @Test
    void a_field_that_becomes_nullable_is_zero_for_the_old_primitive() {
      assertThat(reread(new AsLong(7), AsBoxed.class)).isEqualTo(new AsBoxed(7L));
      assertThat(reread(new AsBoxed(null), AsLong.class)).isEqualTo(new AsLong(0));
    }
  }

  @Nested
  class NotSafe {
    public record One(String value) {}

    public record Many(List<String> value) {}

    public record Inner(String text) {}

    public record Wrapped(Inner value) {}

    public record Strict(long userId, String locale) {
      public Strict {
        if (locale.length() != 2) {
          throw new IllegalArgumentException("locale");
        }
      }
    }

    @Test
    void a_number_narrowed_is_never_cut() {
      assertThat(reread(new InOneDirection.AsLong(7), InOneDirection.AsInt.class))
          .isEqualTo(new InOneDirection.AsInt(7));
      buried(new InOneDirection.AsDouble(1.5), InOneDirection.AsLong.class);
      buried(new InOneDirection.AsDouble(7), InOneDirection.AsLong.class);
      buried(new InOneDirection.AsDouble(1.5), InOneDirection.AsInt.class);
      buried(new InOneDirection.AsLong(3_000_000_000L), InOneDirection.AsInt.class);
    }

    @Test
    void another_shape_is_buried() {
      buried(new One("x"), Many.class);
      buried(new Many(List.of("x")), One.class);
      buried(new One("x"), Wrapped.class);
      buried(new Wrapped(new Inner("x")), One.class);
    }

    @Test
    void a_constructor_that_refuses_is_buried() {
      buried(new Welcome(7, "french"), Strict.class);
      buried(new Welcome(7, null), Strict.class);
    }
  }
}
