package dev.holdfast.testkit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RespClientIT {
  private final RespClient client = RedisServer.shared().connect();
  private final String key = "resp-client-it:" + UUID.randomUUID();

  @AfterEach
  void close() {
    try (client) {
      client.command("DEL", key);
    }
  }

  @Test
  void text_numbers_nil_and_nested_lists_come_back_as_they_are() {
    assertThat(client.command("SET", key, "Zoë\r\n\u0000 €")).isEqualTo("OK");
    assertThat(client.command("GET", key)).isEqualTo("Zoë\r\n\u0000 €");
    assertThat(client.command("STRLEN", key)).isEqualTo(11L);
    assertThat(client.command("GET", key + ":none")).isNull();
    assertThat(client.command("EVAL", "return {1, {'a', {}}, false, 'b'}", "0"))
        .isEqualTo(Arrays.asList(1L, List.of("a", List.of()), null, "b"));
  }

  @Test
  void an_error_leaves_the_connection_usable() {
    client.command("SET", key, "text");
    assertThatThrownBy(() -> client.command("LPUSH", key, "x"))
        .isInstanceOfSatisfying(
            RespException.class, e -> assertThat(e.code()).isEqualTo("WRONGTYPE"));
    assertThat(client.text("PING")).isEqualTo("PONG");
  }

  @Test
  void an_error_within_a_list_does_not_leave_the_rest_unread() {
    client.command("SET", key, "text");
    client.command("MULTI");
    client.command("LPUSH", key, "x");
    client.command("GET", key);
    assertThat(client.command("EXEC"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
        .satisfiesExactly(
            error -> assertThat(error).isInstanceOf(RespException.class),
            text -> assertThat(text).isEqualTo("text"));
    assertThat(client.text("PING")).isEqualTo("PONG");
  }

  @Test
  void info_is_read_by_field() {
    assertThat(client.info("server"))
        .containsKeys("redis_version", "tcp_port", "uptime_in_seconds");
  }

  @Test
  void text_refuses_what_is_not_text() {
    assertThatThrownBy(() -> client.text("GET", key + ":none"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("GET answered nil, not text");
  }
}
