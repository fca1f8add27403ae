package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.EngineRefusedException.Problem;
import dev.holdfast.job.InvalidNameException;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        "redis-sentinel://user:s3cret@host:26379#",
        "redis-sentinel://user:s3cret@host:port#primary",
        "redis-cluster://user:s3cret@host,:7001",
        "redis-cluster://user:s3cret@host/1",
        "redis-cluster://user:s3cret@host#primary",
        "redis://user:s3cret@host,host2",
        "redis://user:s3cret@host#primary",
        "redis://user:s3cret@host?timeout=s3cret",
        "rediss://user:s3cret@host?verifyPeer=s3cret",
        "redis://user:s3cret%4@host",
        "redis-sentinel-cluster://user:s3cret@host",
        "redis-socket:///run/redis.sock?password=s3cret",
        "",
        " ",
      })
  void a_uri_that_cannot_be_used_is_refused_without_quoting_it(String uri) {
    assertThatThrownBy(() -> RedisOptions.builder(uri))
        .isInstanceOfSatisfying(
            EngineRefusedException.class,
            e -> assertThat(e.problem()).isEqualTo(Problem.UNREACHABLE))
        .hasMessageContaining("expected redis")
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
        "rediss://user:s3cret@localhost?verifyPeer=NONE",
        "redis-sentinel://user:s3cret@host1,host2:26380/2#primary",
        "rediss-cluster://s3cret@host1:7000,host2:7001",
      })
  void a_uri_of_each_form_is_taken_and_its_password_is_not_shown(String uri) {
    RedisOptions options = RedisOptions.builder(uri).build();
    assertThat(options.toString())
        .doesNotContain("s3cret")
        .doesNotContain("s3%40cret")
        .doesNotContain("user")
        .doesNotContain("s3@cret");
    assertThat(new RedisEngineProvider().supports(uri)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "redis://localhost, redis://localhost:6379",
    "redis://localhost/, redis://localhost:6379",
    "rediss://user:s3cret@host/7, rediss://***@host:6379/7",
    "redis://[::1]:7, redis://[::1]:7",
    "'redis-sentinel://:x@a,b:5#main', 'redis-sentinel://***@a:26379,b:5#main'",
    "'rediss-cluster://a:1,b', 'rediss-cluster://a:1,b:6379'",
  })
  void a_uri_tells_where_it_leads(String uri, String shown) {
    assertThat(RedisUri.parse(uri)).hasToString(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "redis://host, , ",
    "redis://s3cret@host, , s3cret",
    "redis://:s3%40cret@host, , s3@cret",
    "redis://us%3Aer:s3:cret@host, us:er, s3:cret",
    "redis://user:s3@cret@host, user, s3@cret",
    "redis://user:a+b%20c@host, user, a+b c",
    "redis-sentinel://user:%C3%A9@host#m, user, é",
  })
  void user_and_password_are_decoded(String uri, @Nullable String user, @Nullable String password) {
    RedisURI lettuce = RedisUri.parse(uri).lettuce(new Node("host", 1));
    RedisCredentials credentials = lettuce.getCredentialsProvider().resolveCredentials().block();
    assertThat(credentials == null ? null : credentials.getUsername()).isEqualTo(user);
    assertThat(
            credentials == null || !credentials.hasPassword()
                ? null
                : new String(credentials.getPassword()))
        .isEqualTo(password);
  }

  @Test
  void credentials_of_a_provider_are_not_shown_and_those_of_sentinels_go_to_sentinels_only() {
    RedisUri uri =
        RedisUri.parse("redis-sentinel://host#main")
            .withCredentials(
                RedisCredentialsProvider.from(() -> RedisCredentials.just("user", "s3cret")))
            .withSentinelCredentials(
                RedisCredentialsProvider.from(() -> RedisCredentials.just("guard", "t0ken")));
    assertThat(uri).hasToString("redis-sentinel://***@host:26379#main");
    Node node = new Node("host", 1);
    assertThat(user(uri.lettuce(node))).isEqualTo("user");
    assertThat(user(uri.lettuceSentinel(node))).isEqualTo("guard");
    assertThat(user(RedisUri.parse("redis-sentinel://user:x@host#main").lettuceSentinel(node)))
        .isNull();
  }

  private static @Nullable String user(RedisURI uri) {
    RedisCredentials credentials = uri.getCredentialsProvider().resolveCredentials().block();
    return credentials == null ? null : credentials.getUsername();
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
