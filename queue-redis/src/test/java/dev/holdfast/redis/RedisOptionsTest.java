package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.EngineRefusedException.Problem;
import dev.holdfast.job.InvalidNameException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which options are taken, and that none of them gives a password away. */
final class RedisOptionsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://user:s3cret@host:port",
        "redis://user:s3cret@host:99999999",
        "redis://:s3cret@",
        "redis://user:s3cret@",
        "http://user:s3cret@host:6379",
        "redis://user:s3 cret@host:6379",
        "redis://user:s3cret%@host:6379",
        "redis://user:s3cret@host:6379/notanumber",
        "redis://user:s3cret@ho st",
        "s3cret",
        "s3cret@host:6379",
        "//user:s3cret@host",
        "redis-sentinel://user:s3cret@host:26379",
        "redis-sentinel://user:s3cret@host:26379#primary",
        "redis-socket:///run/redis.sock?password=s3cret",
        "",
        " ",
      })
  void a_uri_that_cannot_be_used_is_refused_without_quoting_it(String uri) {
    assertThatThrownBy(() -> RedisOptions.builder(uri))
        .isInstanceOfSatisfying(
            EngineRefusedException.class,
            e -> assertThat(e.problem()).isEqualTo(Problem.UNREACHABLE))
        .hasMessageContaining("redis://")
        .satisfies(e -> assertThat(trace(e)).doesNotContain("s3cret").doesNotContain("s3 cret"));
  }

  static String trace(Throwable error) {
    StringWriter text = new StringWriter();
    error.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://localhost",
        "redis://localhost:6379",
        "redis://:s3cret@localhost:6379/3",
        "redis://user:s3cret@localhost",
        "rediss://user:s3%40cret@localhost:6380",
        "redis://user:s3cret@[::1]:6379",
      })
  void a_uri_of_one_server_is_taken_and_its_password_is_not_shown(String uri) {
    RedisOptions options = RedisOptions.builder(uri).build();
    assertThat(options.toString()).doesNotContain("s3cret").doesNotContain("s3%40cret");
    assertThat(options.uri().getHost()).isNotBlank();
  }

  @Test
  void values_out_of_range_are_refused_with_their_bounds() {
    assertThatThrownBy(() -> builder().commandTimeout(Duration.ofMillis(99)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("commandTimeout");
    assertThatThrownBy(() -> builder().commandTimeout(Duration.ofMinutes(2)).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder().enqueueTimeout(Duration.ofSeconds(4)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("enqueueTimeout");
    assertThatThrownBy(() -> builder().reconnectCap(Duration.ZERO).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reconnectCap");
    assertThatThrownBy(() -> builder().connectTimeout(Duration.ofSeconds(-1)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("connectTimeout");
    assertThatThrownBy(() -> builder().requestQueueSize(99).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("requestQueueSize");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a{b}", "a*", "a:b", "a\n"})
  void a_namespace_that_is_no_name_is_refused(String namespace) {
    assertThatThrownBy(() -> builder().namespace(namespace).build())
        .isInstanceOf(InvalidNameException.class);
  }

  private static RedisOptions.Builder builder() {
    return RedisOptions.builder("redis://localhost");
  }
}
