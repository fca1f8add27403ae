package dev.holdfast.json;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.job.PayloadException;
import dev.holdfast.job.PayloadException.Problem;
import dev.holdfast.spi.Envelope;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeJsonTest {
  private final EnvelopeJson envelopes = new EnvelopeJson();

  private static Envelope plain(String payload) {
    return new Envelope(1, payload.getBytes(UTF_8), null, null, Map.of(), Map.of());
  }

  private String text(Envelope envelope) {
    return new String(envelopes.encode(envelope), UTF_8);
  }

  private Envelope read(String json) {
    return envelopes.decode(json.getBytes(UTF_8));
  }

  private static void assertSame(Envelope read, Envelope written) {
    assertThat(read).usingRecursiveComparison().isEqualTo(written);
  }

  @Test
  void a_plain_job_costs_17_bytes_and_1_for_the_end() {
    assertThat(text(plain("{\"a\":1}"))).isEqualTo("{\"v\":1,\"payload\":{\"a\":1}}");
    assertThat(envelopes.encode(plain("{}"))).hasSize(2 + 18);
  }

  @Test
  void only_what_is_set_is_written() {
    assertThat(text(new Envelope(1, "7".getBytes(UTF_8), "req-1", null, Map.of(), Map.of())))
        .isEqualTo("{\"v\":1,\"correlationId\":\"req-1\",\"payload\":7}");
    assertThat(
            text(
                new Envelope(
                    1,
                    "7".getBytes(UTF_8),
                    null,
                    "00-x-y-01",
                    Map.of("b", "2", "a", "1"),
                    Map.of())))
        .isEqualTo(
            "{\"v\":1,\"traceparent\":\"00-x-y-01\",\"headers\":{\"a\":\"1\",\"b\":\"2\"},"
                + "\"payload\":7}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "0",
        "-1.5e3",
        "12345678901234567890",
        "true",
        "false",
        "\"\"",
        "\"}{\\\"\\\\\"",
        "\"日本 \uD83D\uDE00\"",
        "{ \"a\" : [ 1 , { \"payload\" : 2 } ] }",
        "[[[[]]]]"
      })
  void the_payload_comes_back_byte_for_byte(String payload) {
    assertSame(envelopes.decode(envelopes.encode(plain(payload))), plain(payload));
    assertThat(read("{ \"payload\" :\t" + payload + " \n, \"v\" : 1 }").payload())
        .isEqualTo(payload.getBytes(UTF_8));
    assertThat(read("{\"v\":1,\"payload\":" + payload + "\r\n}\n").payload())
        .isEqualTo(payload.getBytes(UTF_8));
  }

  @Test
  void fields_it_does_not_know_are_kept_as_they_stand() {
    Envelope read =
        read("{\"v\":1,\"new\\\"er\":{ \"x\": [1, null] },\"n\":null,\"payload\":{},\"z\":1.50}");
    assertThat(read.unknown())
        .isEqualTo(Map.of("new\"er", "{ \"x\": [1, null] }", "n", "null", "z", "1.50"));
    assertSame(envelopes.decode(envelopes.encode(read)), read);
  }

  @Test
  void a_later_version_is_read_as_to_its_number_and_loses_nothing() {
    Envelope read =
        read("{\"v\":7,\"payloadRef\":\"s3://x\",\"headers\":[1],\"correlationId\":{\"id\":1}}");
    assertThat(read.version()).isEqualTo(7);
    assertThat(read.payload()).isEmpty();
    assertThat(read.unknown()).containsOnlyKeys("payloadRef", "headers", "correlationId");
    assertSame(envelopes.decode(envelopes.encode(read)), read);
    assertThat(read("{\"v\":2,\"payload\":{\"a\":1}}").payload())
        .isEqualTo("{\"a\":1}".getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "7",
        "\"x\"",
        "{",
        "{}",
        "{\"v\":1}",
        "{\"payload\":{}}",
        "{\"v\":0,\"payload\":{}}",
        "{\"v\":-1,\"payload\":{}}",
        "{\"v\":1.0,\"payload\":{}}",
        "{\"v\":\"1\",\"payload\":{}}",
        "{\"v\":null,\"payload\":{}}",
        "{\"v\":99999999999,\"payload\":{}}",
        "{\"v\":99999999999999999999999,\"payload\":{}}",
        "{\"v\":1,\"v\":1,\"payload\":{}}",
        "{\"v\":1,\"payload\":null}",
        "{\"v\":1,\"payload\":{},\"payload\":{}}",
        "{\"v\":1,\"payload\":{}",
        "{\"v\":1,\"payload\":{}}}",
        "{\"v\":1,\"payload\":{}} {}",
        "{\"v\":1,\"payload\":{]}",
        "{\"v\":1,\"payload\":01}",
        "{\"v\":1,\"payload\":NaN}",
        "{\"v\":1,\"payload\":\"a\nb\"}",
        "{\"v\":1,\"payload\":{},\"correlationId\":7}",
        "{\"v\":1,\"payload\":{},\"traceparent\":[]}",
        "{\"v\":1,\"payload\":{},\"headers\":7}",
        "{\"v\":1,\"payload\":{},\"headers\":{\"a\":1}}",
        "{\"v\":1,\"payload\":{},\"x\":1,\"x\":2}",
        "{\"v\":1,\"payload\":{},\"headers\":{\"a\":",
        "order 7"
      })
  void what_is_no_envelope_is_unreadable(String json) {
    assertUnreadable(json.getBytes(UTF_8));
  }

  @Test
  void hostile_bytes_are_unreadable() {
    assertUnreadable(new byte[] {0, 1, 2, (byte) 0xFF});
    assertUnreadable("{\"v\":1,\"payload\":{}}".getBytes(UTF_16LE));
    assertUnreadable(
        ("{\"v\":1,\"payload\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}")
            .getBytes(UTF_8));
    assertUnreadable(("{\"v\":1,\"payload\":\"" + "x".repeat(2_000_000) + "\"}").getBytes(UTF_8));
    assertUnreadable(("{\"v\":1,\"" + "k".repeat(10_000) + "\":1,\"payload\":{}}").getBytes(UTF_8));
  }

  @Test
  void the_deepest_and_the_largest_payload_allowed_fit() {
    String deep = "[".repeat(100) + "]".repeat(100);
    assertThat(read("{\"v\":1,\"payload\":" + deep + "}").payload()).hasSize(200);
    String large = "\"" + "x".repeat(1024 * 1024 - 2) + "\"";
    assertThat(envelopes.decode(envelopes.encode(plain(large))).payload()).hasSize(1024 * 1024);
  }

  private void assertUnreadable(byte[] json) {
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(() -> envelopes.decode(json))
        .satisfies(thrown -> assertThat(thrown.problem()).isEqualTo(Problem.UNREADABLE));
  }

  @Property
  void every_envelope_is_read_as_it_was_written(@ForAll("anyEnvelope") Envelope written) {
    assertSame(envelopes.decode(envelopes.encode(written)), written);
  }

  @Property
  void no_bytes_make_it_fail_otherwise(@ForAll byte[] garbage) {
    try {
      envelopes.decode(garbage);
    } catch (PayloadException e) {
      assertThat(e.problem()).isEqualTo(Problem.UNREADABLE);
    }
  }

  @Property
  void no_damage_to_an_envelope_makes_it_fail_otherwise(
      @ForAll("anyEnvelope") Envelope written, @ForAll int at, @ForAll byte damage) {
    byte[] json = envelopes.encode(written);
    json[Math.floorMod(at, json.length)] = damage;
    no_bytes_make_it_fail_otherwise(json);
  }

  @Provide
  Arbitrary<Envelope> anyEnvelope() {
    Arbitrary<String> key = Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(12);
    Arbitrary<String> text = Arbitraries.strings().excludeChars(surrogates()).ofMaxLength(40);
    Arbitrary<String> value =
        Arbitraries.oneOf(
            Arbitraries.of("{}", "[]", "true", "-0.5", "12", "[1, {\"a\" : \"é\"}]"),
            text.map(t -> "\"" + new String(JsonText.escaped(t), UTF_8) + "\""),
            text.map(t -> "{ \"é\" :\"" + new String(JsonText.escaped(t), UTF_8) + "\" }"));
    return Combinators.combine(
            Arbitraries.of(1, 1, 1, 2, 900),
            value,
            text.injectNull(0.5),
            text.injectNull(0.5),
            Arbitraries.maps(key, text).ofMaxSize(4),
            Arbitraries.maps(key.map(k -> "x-" + k), value).ofMaxSize(3))
        .as(
            (version, payload, correlation, trace, headers, unknown) ->
                new Envelope(
                    version, payload.getBytes(UTF_8), correlation, trace, headers, unknown));
  }

  private static char[] surrogates() {
    char[] all = new char[Character.MAX_SURROGATE - Character.MIN_SURROGATE + 1];
    for (int i = 0; i < all.length; i++) {
      all[i] = (char) (Character.MIN_SURROGATE + i);
    }
    return all;
  }
}
