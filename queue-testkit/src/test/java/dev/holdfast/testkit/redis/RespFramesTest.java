package dev.holdfast.testkit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RespFramesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "+OK\r\n",
        "-ERR no\r\n",
        ":-12\r\n",
        "$-1\r\n",
        "$0\r\n\r\n",
        "$7\r\na\r\nb\r\nc\r\n",
        "*-1\r\n",
        "*0\r\n",
        "*3\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n+x\r\n",
        "_\r\n",
        "#t\r\n",
        ",1.5\r\n",
        "(123456789012345678901234567890\r\n",
        "=7\r\ntxt:abc\r\n",
        "!5\r\nERR x\r\n",
        "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n",
        "~2\r\n:1\r\n:2\r\n",
        ">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n",
        "|1\r\n+ttl\r\n:3\r\n$1\r\nv\r\n"
      })
  void a_value_ends_where_it_ends_and_not_a_byte_before(String value) throws IOException {
    byte[] bytes = (value + "+next\r\n").getBytes(StandardCharsets.UTF_8);
    for (int limit = 0; limit < value.length(); limit++) {
      assertThat(RespFrames.endOfValue(bytes, 0, limit)).isEqualTo(RespFrames.INCOMPLETE);
    }
    assertThat(RespFrames.endOfValue(bytes, 0, bytes.length)).isEqualTo(value.length());
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 200\r\n", "$x\r\n", "*99999999999\r\n", "\u0016\u0003\u0001"})
  void what_is_not_resp_is_told(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> RespFrames.endOfValue(bytes, 0, bytes.length))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("not RESP");
  }

  @Test
  void nesting_without_end_is_not_resp() {
    byte[] bytes = "*1\r\n".repeat(10_000).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> RespFrames.endOfValue(bytes, 0, bytes.length))
        .hasMessage("not RESP: nested too deep");
  }

  @Test
  void a_command_is_a_list_or_a_line() throws IOException {
    assertThat(command("*2\r\n$3\r\nget\r\n$5\r\na\r\nb\n\r\n").arguments())
        .containsExactly("a\r\nb\n");
    assertThat(command("get  a b\r\n").arguments()).containsExactly("a", "b");
    assertThat(command("get  a b\r\n").name()).isEqualTo("GET");
  }

  @Test
  void a_script_is_known_by_digest_and_by_text() throws IOException {
    String text = "return 1";
    String digest = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";
    assertThat(command("*3\r\n$7\r\nevalsha\r\n$40\r\n" + digest + "\r\n$1\r\n0\r\n"))
        .matches(RedisCommand.script(digest));
    assertThat(command("*3\r\n$4\r\neval\r\n$8\r\n" + text + "\r\n$1\r\n0\r\n"))
        .matches(RedisCommand.script(digest.toUpperCase(Locale.ROOT)))
        .matches(RedisCommand.mentions("turn 1"))
        .matches(RedisCommand.named("get", "EVAL"))
        .doesNotMatch(RedisCommand.script("0".repeat(40)))
        .hasToString("EVAL e0e1f9fa");
  }

  private static RedisCommand command(String frame) throws IOException {
    byte[] bytes = frame.getBytes(StandardCharsets.UTF_8);
    assertThat(RespFrames.endOfCommand(bytes, 0, bytes.length)).isEqualTo(bytes.length);
    return new RedisCommand(RespFrames.parts(bytes), "");
  }
}
