package dev.holdfast.testkit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.testkit.redis.RedisServerOptions.Fsync;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RedisServerIT {
  @Nested
  class Shared {
    @Test
    void it_answers_and_is_the_same_each_time() {
      RedisServer server = RedisServer.shared();
      try (RespClient client = server.connect()) {
        assertThat(client.command("PING")).isEqualTo("PONG");
      }
      assertThat(RedisServer.shared()).isSameAs(server);
      assertThat(server.origin().toString())
          .startsWith("Redis ")
          .contains(server.origin().version());
    }

    @Test
    void closing_it_does_nothing_because_others_use_it() {
      RedisServer.shared().close();
      try (RespClient client = RedisServer.shared().connect()) {
        assertThat(client.text("PING")).isEqualTo("PONG");
      }
    }
  }

  @Nested
  class Start {
    @Test
    void it_answers_on_loopback_persists_nothing_and_never_evicts() {
      try (RedisProcess server = RedisServer.start();
          RespClient client = server.connect()) {
        assertThat(server.uri()).isEqualTo("redis://127.0.0.1:" + server.port());
        assertThat(client.command("CONFIG", "GET", "maxmemory-policy"))
            .isEqualTo(List.of("maxmemory-policy", "noeviction"));
        assertThat(client.command("CONFIG", "GET", "save")).isEqualTo(List.of("save", ""));
        assertThat(client.command("CONFIG", "GET", "appendonly"))
            .isEqualTo(List.of("appendonly", "no"));
        assertThat(client.command("CONFIG", "GET", "bind")).isEqualTo(List.of("bind", "127.0.0.1"));
        assertThat(client.info("server"))
            .containsEntry("process_id", Long.toString(server.pid()))
            .containsEntry("redis_version", server.origin().version());
        // below the ports that outgoing connections get, see LoopbackPort
        assertThat(server.port()).isBetween(20_000, 32_767);
      }
    }

    @Test
    void the_packed_binary_needs_nothing_installed() throws RedisRefusal {
      RedisExecutable packed =
          new PackedFinder(System.getProperty("os.name"), System.getProperty("os.arch")).find();
      assertThat(packed.origin().source()).isEqualTo(RedisSource.PACKED);
      try (RedisProcess server = RedisProcess.start(packed, RedisServerOptions.builder().build());
          RespClient client = server.connect()) {
        assertThat(client.info("server")).containsEntry("redis_version", "7.0.15");
        assertThat(client.command("DEBUG", "SLEEP", "0")).isEqualTo("OK");
      }
    }

    @Test
    void a_given_executable_is_used() throws RedisRefusal {
      Path file =
          new PackedFinder(System.getProperty("os.name"), System.getProperty("os.arch"))
              .find()
              .path();
      try (RedisProcess server =
          RedisServer.start(RedisServerOptions.builder().executable(file).build())) {
        assertThat(server.origin())
            .isEqualTo(new RedisOrigin(RedisSource.GIVEN, file.toString(), "7.0.15"));
      }
      assertThatThrownBy(
              () ->
                  RedisServer.start(
                      RedisServerOptions.builder().executable(Path.of("no-such-file")).build()))
          .isInstanceOf(RedisNotFoundException.class)
          .hasMessageContaining("no-such-file cannot be run");
    }

    @Test
    void two_servers_run_at_once_and_share_nothing() {
      try (RedisProcess one = RedisServer.start();
          RedisProcess two = RedisServer.start();
          RespClient first = one.connect();
          RespClient second = two.connect()) {
        first.command("SET", "key", "one");
        assertThat(one.port()).isNotEqualTo(two.port());
        assertThat(second.command("GET", "key")).isNull();
      }
    }

    @Test
    void a_password_is_asked_for_and_shown_only_in_the_uri() {
      String password = "p@ss \"wörd\"/%\\'#";
      RedisServerOptions options = RedisServerOptions.builder().password(password).build();
      try (RedisProcess server = RedisServer.start(options)) {
        try (RespClient client = server.connect()) {
          assertThat(client.command("PING")).isEqualTo("PONG");
          assertThat(client.command("CONFIG", "GET", "requirepass"))
              .isEqualTo(List.of("requirepass", password));
        }
        try (RespClient stranger = RespClient.connect("redis://127.0.0.1:" + server.port())) {
          assertThatThrownBy(() -> stranger.command("PING"))
              .isInstanceOfSatisfying(
                  RespException.class, e -> assertThat(e.code()).isEqualTo("NOAUTH"));
        }
        assertThat(server.toString() + server.origin() + options).doesNotContain("p@ss", "p%40ss");
      }
    }

    @Test
    void further_config_lines_win() {
      RedisServerOptions options =
          RedisServerOptions.builder()
              .config("maxmemory", "64mb")
              .config("notify-keyspace-events", "KEA")
              .config("save", "900", "1")
              .build();
      try (RedisProcess server = RedisServer.start(options);
          RespClient client = server.connect()) {
        assertThat(client.command("CONFIG", "GET", "maxmemory"))
            .isEqualTo(List.of("maxmemory", "67108864"));
        assertThat(client.command("CONFIG", "GET", "save")).isEqualTo(List.of("save", "900 1"));
      }
    }

    @Test
    void a_config_that_redis_refuses_fails_with_its_own_words() {
      RedisServerOptions options =
          RedisServerOptions.builder().config("no-such-directive", "1").build();
      assertThatThrownBy(() -> RedisServer.start(options))
          .isInstanceOf(RedisStartException.class)
          .hasMessageContaining("ended with exit code 1")
          .hasMessageContaining("no-such-directive");
    }

    @Test
    void a_port_in_use_is_reported_and_a_given_port_never_changes() throws IOException {
      try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        RedisServerOptions options =
            RedisServerOptions.builder()
                .port(taken.getLocalPort())
                .readyTimeout(Duration.ofSeconds(3))
                .build();
        assertThatThrownBy(() -> RedisServer.start(options))
            .isInstanceOf(RedisStartException.class)
            .hasMessageContaining("in use");
      }
    }

    @Test
    void the_redis_that_already_holds_the_port_is_not_taken_for_ours() {
      try (RedisProcess other = RedisServer.start()) {
        RedisServerOptions options = RedisServerOptions.builder().port(other.port()).build();
        assertThatThrownBy(() -> RedisServer.start(options))
            .isInstanceOf(RedisStartException.class)
            .hasMessageContaining("in use");
        assertThat(other.isRunning()).isTrue();
      }
    }
  }

  @Nested
  class Kill {
    @Test
    void killed_and_restarted_it_keeps_what_its_append_only_file_holds() {
      RedisServerOptions options = RedisServerOptions.builder().appendOnly(Fsync.ALWAYS).build();
      try (RedisProcess server = RedisServer.start(options)) {
        try (RespClient client = server.connect()) {
          client.command("SET", "key", "kept");
        }
        long before = server.pid();
        String uri = server.uri();
        server.kill();
        assertThat(server.isRunning()).isFalse();
        assertThatThrownBy(server::connect)
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining("refused");
        assertThatThrownBy(server::pid).isInstanceOf(IllegalStateException.class);

        server.restart();
        assertThat(server.uri()).isEqualTo(uri);
        assertThat(server.pid()).isNotEqualTo(before);
        try (RespClient client = server.connect()) {
          assertThat(client.command("GET", "key")).isEqualTo("kept");
        }
      }
    }

    @Test
    void restarted_without_an_append_only_file_it_is_empty() {
      try (RedisProcess server = RedisServer.start()) {
        try (RespClient client = server.connect()) {
          client.command("SET", "key", "lost");
        }
        server.restart();
        try (RespClient client = server.connect()) {
          assertThat(client.command("DBSIZE")).isEqualTo(0L);
        }
      }
    }
  }

  @Nested
  class Pause {
    @Test
    void a_frozen_server_accepts_and_does_not_answer_until_it_goes_on() {
      try (RedisProcess server = RedisServer.start()) {
        server.pause();
        assertThat(server.isRunning()).isTrue();
        try (RespClient client = RespClient.connect(server.uri(), Duration.ofMillis(300))) {
          assertThatThrownBy(() -> client.command("PING"))
              .isInstanceOf(UncheckedIOException.class)
              .hasCauseInstanceOf(SocketTimeoutException.class);
        }
        server.resume();
        try (RespClient client = server.connect()) {
          assertThat(client.command("PING")).isEqualTo("PONG");
        }
      }
    }

    @Test
    void a_frozen_server_can_be_restarted_and_closed() {
      RedisProcess server = RedisServer.start();
      server.pause();
      server.restart();
      try (RespClient client = server.connect()) {
        assertThat(client.command("PING")).isEqualTo("PONG");
      }
      server.pause();
      server.close();
      assertThat(server.isRunning()).isFalse();
    }
  }

  @Nested
  class Close {
    @Test
    void a_temporary_directory_goes_and_closing_twice_is_fine() {
      RedisProcess server =
          RedisServer.start(RedisServerOptions.builder().appendOnly(Fsync.NO).build());
      Path data = server.dataDirectory();
      assertThat(data).isNotEmptyDirectory();
      server.close();
      server.close();
      assertThat(data.getParent()).doesNotExist();
      assertThat(server.isRunning()).isFalse();
      assertThatThrownBy(server::restart).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void kept_data_stays_without_the_password() throws IOException {
      RedisServerOptions options =
          RedisServerOptions.builder()
              .appendOnly(Fsync.EVERYSEC)
              .password("secret")
              .keepData(true)
              .build();
      RedisProcess server = RedisServer.start(options);
      server.close();
      Path home = server.dataDirectory().getParent();
      try (var files = Files.list(home)) {
        assertThat(files).containsExactly(server.dataDirectory());
      }
      TemporaryDirectory.delete(home);
    }

    @Test
    void a_given_directory_stays_and_serves_the_next_server(@TempDir Path directory) {
      RedisServerOptions options =
          RedisServerOptions.builder().appendOnly(Fsync.EVERYSEC).dataDirectory(directory).build();
      try (RedisProcess server = RedisServer.start(options);
          RespClient client = server.connect()) {
        client.command("SET", "key", "kept");
      }
      try (RedisProcess server = RedisServer.start(options);
          RespClient client = server.connect()) {
        assertThat(client.command("GET", "key")).isEqualTo("kept");
      }
    }
  }

  @Nested
  class JvmExit {
    @Test
    void a_server_does_not_outlive_a_jvm_that_is_killed() throws Exception {
      assertThatServerEndsWith(Process::destroyForcibly);
    }

    @Test
    void a_server_does_not_outlive_a_jvm_that_exits_without_closing_it() throws Exception {
      assertThatServerEndsWith(jvm -> jvm.getOutputStream().close());
    }

    private static void assertThatServerEndsWith(JvmEnd end) throws Exception {
      String classPath =
          System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
      Process jvm =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  classPath,
                  ServerOwner.class.getName())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader output = jvm.inputReader(StandardCharsets.UTF_8)) {
        String uri = output.readLine();
        Path data = Path.of(output.readLine());
        try (RespClient client = RespClient.connect(uri, Duration.ofSeconds(20))) {
          client.command("PING");
          end.of(jvm);
          assertThat(jvm.waitFor(20, TimeUnit.SECONDS)).isTrue();
          // blocks until the server goes and takes the connection with it
          assertThatThrownBy(() -> client.command("BLPOP", "none", "0"))
              .isInstanceOf(UncheckedIOException.class)
              .hasRootCauseInstanceOf(IOException.class)
              .rootCause()
              .isNotInstanceOf(SocketTimeoutException.class);
        }
        awaitNoDirectory(data.getParent());
      } finally {
        jvm.destroyForcibly();
      }
    }

    /** The guard removes the directory just after the server is gone. */
    private static void awaitNoDirectory(Path directory) throws Exception {
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(directory).doesNotExist());
    }

    private interface JvmEnd {
      void of(Process jvm) throws IOException;
    }
  }

  /** The main class of a JVM that starts a server, tells where it is, and never closes it. */
  static final class ServerOwner {
    private ServerOwner() {}

    public static void main(String[] args) throws IOException {
      RedisProcess server = RedisServer.start();
      System.out.println(server.uri());
      System.out.println(server.dataDirectory());
      System.out.flush();
      if (System.in.read() >= 0) {
        throw new EOFException("nothing is ever sent");
      }
    }
  }
}
