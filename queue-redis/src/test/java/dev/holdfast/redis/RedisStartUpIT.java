package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.EngineRefusedException.Problem;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RedisServerOptions;
import dev.holdfast.testkit.redis.RedisServerOptions.Fsync;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Which servers an engine refuses at its start; the message says why and holds no password. */
final class RedisStartUpIT {
  private static final String SECRET = "s3cret-pa55";

  private static RedisOptions.Builder options(String uri) {
    return RedisOptions.builder(uri)
        .connectTimeout(Duration.ofMillis(500))
        .commandTimeout(Duration.ofMillis(500))
        .enqueueTimeout(Duration.ofMillis(500));
  }

  private static void assertRefused(RedisOptions options, Problem problem, String... words) {
    assertThatThrownBy(() -> RedisEngine.connect(options).close())
        .isInstanceOfSatisfying(
            EngineRefusedException.class, e -> assertThat(e.problem()).isEqualTo(problem))
        .hasMessageContainingAll(words)
        .satisfies(e -> assertThat(RedisOptionsTest.trace(e)).doesNotContain(SECRET));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void a_port_where_nobody_listens_is_named() throws IOException {
    int port = freePort();
    assertRefused(
        options("redis://user:" + SECRET + "@127.0.0.1:" + port).build(),
        Problem.UNREACHABLE,
        "127.0.0.1:" + port);
  }

  @Test
  void a_host_that_does_not_exist_is_named() {
    assertRefused(
        options("redis://:" + SECRET + "@no-such-host.invalid:6379").build(),
        Problem.UNREACHABLE,
        "no-such-host.invalid:6379");
  }

  @Test
  void a_server_that_never_answers_is_given_up() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
      assertRefused(
          options("redis://:" + SECRET + "@127.0.0.1:" + silent.getLocalPort()).build(),
          Problem.UNREACHABLE,
          "127.0.0.1:" + silent.getLocalPort());
    }
  }

  @Test
  void a_server_that_is_no_redis_is_refused() throws Exception {
    try (ServerSocket web = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
      Thread answering =
          new Thread(
              () -> {
                while (!web.isClosed()) {
                  try (Socket socket = web.accept()) {
                    socket.getInputStream().read();
                    socket
                        .getOutputStream()
                        .write(
                            "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                  } catch (IOException closed) {
                    // the next one, or the end of the test
                  }
                }
              });
      answering.start();
      assertRefused(
          options("redis://:" + SECRET + "@127.0.0.1:" + web.getLocalPort()).build(),
          Problem.UNREACHABLE,
          "127.0.0.1:" + web.getLocalPort());
      web.close();
      answering.join(5_000);
    }
  }

  @Test
  void a_wrong_or_missing_password_is_refused_and_the_right_one_works() {
    try (RedisProcess server =
        RedisServer.start(RedisServerOptions.builder().password("right-" + SECRET).build())) {
      String address = "127.0.0.1:" + server.port();
      assertRefused(
          options("redis://:wrong-" + SECRET + "@" + address).build(),
          Problem.ACCESS_DENIED,
          address);
      assertRefused(
          options("redis://nobody:" + SECRET + "@" + address).build(),
          Problem.ACCESS_DENIED,
          address);
      assertRefused(options("redis://" + address).build(), Problem.ACCESS_DENIED, address);
      try (RedisEngine engine =
          RedisEngine.connect(options("redis://:right-" + SECRET + "@" + address).build())) {
        assertThat(engine.describe()).contains(address).doesNotContain(SECRET);
      }
    }
  }

  @Test
  void a_replica_is_refused() {
    try (RedisProcess primary = RedisServer.start();
        RedisProcess replica =
            RedisServer.start(
                RedisServerOptions.builder()
                    .config("replicaof", "127.0.0.1", Integer.toString(primary.port()))
                    .build())) {
      assertRefused(options(replica.uri()).build(), Problem.READ_ONLY, "primary");
    }
  }

  @Test
  void a_server_that_persists_nothing_is_used_and_in_strict_mode_refused() {
    try (RedisProcess server = RedisServer.start()) {
      RedisEngine.connect(options(server.uri()).build()).close();
      assertRefused(
          options(server.uri()).strict(true).build(), Problem.UNSAFE_SETTING, "appendonly");
    }
  }

  @Test
  void a_server_that_evicts_is_refused_in_strict_mode() {
    try (RedisProcess server =
        RedisServer.start(
            RedisServerOptions.builder()
                .appendOnly(Fsync.EVERYSEC)
                .config("maxmemory-policy", "allkeys-lru")
                .build())) {
      assertRefused(
          options(server.uri()).strict(true).build(), Problem.UNSAFE_SETTING, "noeviction");
    }
  }

  @Test
  void a_sound_server_is_used_in_strict_mode() {
    try (RedisProcess server =
        RedisServer.start(RedisServerOptions.builder().appendOnly(Fsync.EVERYSEC).build())) {
      RedisEngine.connect(options(server.uri()).strict(true).build()).close();
    }
  }

  @Test
  void an_engine_can_be_closed_twice() {
    try (RedisProcess server = RedisServer.start()) {
      RedisEngine engine = RedisEngine.connect(options(server.uri()).build());
      engine.close();
      engine.close();
    }
  }

  @Test
  void a_user_without_the_right_commands_is_refused() {
    try (RedisProcess server = RedisServer.start();
        var redis = server.connect()) {
      redis.command("ACL", "SETUSER", "reader", "on", ">" + SECRET, "~*", "+get", "+ping");
      assertRefused(
          options("redis://reader:" + SECRET + "@127.0.0.1:" + server.port()).build(),
          Problem.ACCESS_DENIED,
          "127.0.0.1:" + server.port());
    }
  }
}
