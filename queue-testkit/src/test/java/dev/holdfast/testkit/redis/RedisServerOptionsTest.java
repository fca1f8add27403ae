package dev.holdfast.testkit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisServerOptionsTest {
  @Test
  void to_builder_keeps_every_setting() {
    RedisServerOptions options =
        RedisServerOptions.builder()
            .port(7000)
            .appendOnly(RedisServerOptions.Fsync.NO)
            .dataDirectory(Path.of("data"))
            .keepData(true)
            .password("secret")
            .config("maxmemory", "1mb")
            .executable(Path.of("redis-server"))
            .readyTimeout(Duration.ofSeconds(1))
            .build();
    assertThat(options.toBuilder().build()).isEqualTo(options);
    assertThat(options.toString()).doesNotContain("secret", "1mb");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "port",
        "bind",
        "DIR",
        "requirepass",
        "daemonize",
        "logfile",
        "",
        "two words",
        "a\nport 1"
      })
  void a_directive_that_would_take_the_server_out_of_reach_is_refused(String directive) {
    assertThatThrownBy(() -> RedisServerOptions.builder().config(directive, "1"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void values_out_of_bounds_are_refused() {
    assertThatThrownBy(() -> RedisServerOptions.builder().port(65_536).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("port must be 0 to 65535: 65536");
    assertThatThrownBy(() -> RedisServerOptions.builder().readyTimeout(Duration.ZERO).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RedisServerOptions.builder().password("").build())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_value_is_quoted_so_that_redis_conf_takes_it_as_one() {
    assertThat(RedisServerOptions.quoted("a \"b\" \\ \n é"))
        .isEqualTo("\"a \\\"b\\\" \\\\ \\x0a \\xc3\\xa9\"");
  }
}
