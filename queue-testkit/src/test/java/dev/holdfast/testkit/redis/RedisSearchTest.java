package dev.holdfast.testkit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RedisSearchTest {
  @Nested
  class Order {
    @Test
    void the_first_source_that_works_is_taken_and_no_later_one_is_asked() {
      RedisServer named =
          new FoundRedis(
              "redis://localhost:1", new RedisOrigin(RedisSource.DOCKER, "image", "7.2.0"), null);
      RedisServer found =
          RedisSearch.first(
              "problem",
              "remedy",
              List.of(refusing(RedisSource.URL, "not set"), giving(named), failing()));
      assertThat(found).isSameAs(named);
    }

    @Test
    void when_all_refuse_the_message_tells_each_source_and_its_reason() {
      assertThatThrownBy(
              () ->
                  RedisSearch.first(
                      "No Redis for the tests was found:",
                      "Do one of these.",
                      List.of(
                          refusing(RedisSource.URL, "not set"),
                          refusing(RedisSource.DOCKER, "no engine"),
                          refusing(RedisSource.PATH, "no such file"),
                          refusing(RedisSource.PACKED, "no binary"))))
          .isInstanceOfSatisfying(
              RedisNotFoundException.class,
              e ->
                  assertThat(e.refusals())
                      .containsExactly(
                          new RedisNotFoundException.Refusal(RedisSource.URL, "not set"),
                          new RedisNotFoundException.Refusal(RedisSource.DOCKER, "no engine"),
                          new RedisNotFoundException.Refusal(RedisSource.PATH, "no such file"),
                          new RedisNotFoundException.Refusal(RedisSource.PACKED, "no binary")))
          .hasMessage(
              """
              No Redis for the tests was found:
                - a URL you name: not set
                - Docker through Testcontainers: no engine
                - redis-server on the PATH: no such file
                - the binary packed in org.signal:embedded-redis: no binary
              Do one of these.\
              """);
    }
  }

  @Nested
  class Url {
    @Test
    void without_a_url_the_search_goes_on() {
      assertThatThrownBy(() -> new UrlFinder(null, " ").find())
          .isInstanceOf(RedisRefusal.class)
          .hasMessageContaining("HOLDFAST_TEST_REDIS");
    }

    @Test
    void a_url_that_does_not_answer_ends_the_search_and_its_password_stays_out_of_the_message()
        throws IOException {
      int closed;
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        closed = socket.getLocalPort();
      }
      UrlFinder finder = new UrlFinder("redis://:secret@127.0.0.1:" + closed, null);
      assertThatThrownBy(() -> RedisSearch.first("problem", "remedy", List.of(finder, failing())))
          .isInstanceOf(RedisNotFoundException.class)
          .hasMessageContaining("redis://127.0.0.1:" + closed)
          .hasMessageNotContaining("secret");
    }

    @Test
    void a_url_of_another_kind_ends_the_search() {
      assertThatThrownBy(() -> new UrlFinder("rediss://:secret@host", null).find())
          .isInstanceOf(RedisNotFoundException.class)
          .hasMessageContaining("its scheme is 'rediss'")
          .hasMessageNotContaining("secret");
      assertThatThrownBy(() -> new UrlFinder("redis://:se cret@host", null).find())
          .isInstanceOf(RedisNotFoundException.class)
          .hasMessageNotContaining("cret");
    }

    @Test
    void an_address_survives_its_way_through_a_url() {
      RedisAddress address = new RedisAddress("localhost", 7001, "user", "p@ss w:rd/%+", 3);
      assertThat(RedisAddress.parse(address.uri())).isEqualTo(address);
      assertThat(address).hasToString("redis://localhost:7001/3");
      assertThat(RedisAddress.parse("redis://example.org"))
          .isEqualTo(new RedisAddress("example.org", 6379, null, null, 0));
    }
  }

  @Nested
  class Docker {
    @Test
    void without_testcontainers_docker_is_not_looked_for() {
      assertThatThrownBy(
              () -> new DockerFinder("no.such.Container", new DockerEngine(List.of())).find())
          .isInstanceOf(RedisRefusal.class)
          .hasMessage("Testcontainers is not on the class path");
    }

    @Test
    void without_a_socket_the_refusal_names_the_places(@TempDir Path directory) {
      String host = "unix://" + directory.resolve("docker.sock");
      assertThatThrownBy(() -> new DockerEngine(List.of(host)).requireAnswer())
          .isInstanceOf(RedisRefusal.class)
          .hasMessage("no Docker engine answers (" + host + ": no such socket)");
    }

    @Test
    void an_engine_that_answers_is_believed(@TempDir Path directory) throws Exception {
      new DockerEngine(List.of(engine(directory, "HTTP/1.0 200 OK\r\nApi-Version: 1.47\r\n\r\nOK")))
          .requireAnswer();
    }

    @Test
    void an_engine_in_trouble_is_not(@TempDir Path directory) throws Exception {
      String host = engine(directory, "HTTP/1.0 500 Internal Server Error\r\n\r\n");
      assertThatThrownBy(() -> new DockerEngine(List.of(host)).requireAnswer())
          .isInstanceOf(RedisRefusal.class)
          .hasMessageContaining("it answered 'HTTP/1.0 500 Internal Server Error'");
    }

    @Test
    void an_engine_that_hangs_is_given_up(@TempDir Path directory) throws Exception {
      Path socket = directory.resolve("docker.sock");
      try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        silent.bind(UnixDomainSocketAddress.of(socket));
        assertThatThrownBy(() -> new DockerEngine(List.of("unix://" + socket)).requireAnswer())
            .isInstanceOf(RedisRefusal.class)
            .hasMessageContaining("no answer within 2 s");
      }
    }

    @Test
    void the_host_of_the_environment_wins_over_that_of_the_file(@TempDir Path home)
        throws IOException {
      Files.writeString(
          home.resolve(".testcontainers.properties"), "docker.host=tcp\\://file:2375\n");
      assertThat(DockerEngine.hosts(Map.of("DOCKER_HOST", "tcp://variable:2375"), home))
          .containsExactly("tcp://variable:2375");
      assertThat(DockerEngine.hosts(Map.of(), home)).containsExactly("tcp://file:2375");
    }

    private static String engine(Path directory, String answer) throws IOException {
      Path socket = directory.resolve("docker.sock");
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(socket));
      CompletableFuture.runAsync(
          () -> {
            try (server;
                SocketChannel client = server.accept()) {
              client.read(ByteBuffer.allocate(256));
              client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
      return "unix://" + socket;
    }
  }

  @Nested
  class Executables {
    @Test
    void a_path_without_redis_server_is_refused(@TempDir Path directory) {
      assertThatThrownBy(() -> new PathFinder(directory.toString()).find())
          .isInstanceOf(RedisRefusal.class);
      assertThatThrownBy(() -> new PathFinder(null).find()).isInstanceOf(RedisRefusal.class);
    }

    @Test
    void the_first_directory_with_an_executable_counts(@TempDir Path empty, @TempDir Path full)
        throws Exception {
      Path file = program(full, "Redis server v=7.4.1 sha=00000000:0 malloc=libc bits=64 build=1");
      RedisExecutable found =
          new PathFinder(empty + System.getProperty("path.separator") + full).find();
      assertThat(found.origin())
          .isEqualTo(new RedisOrigin(RedisSource.PATH, file.toString(), "7.4.1"))
          .hasToString("Redis 7.4.1 from redis-server on the PATH (" + file + ")");
    }

    @Test
    void a_valkey_tells_its_version_too(@TempDir Path directory) throws Exception {
      program(
          directory, "Valkey server v=8.0.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1");
      assertThat(new PathFinder(directory.toString()).find().major()).isEqualTo(8);
    }

    @Test
    void one_older_than_6_2_is_refused(@TempDir Path directory) throws Exception {
      program(
          directory, "Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=1");
      assertThatThrownBy(() -> new PathFinder(directory.toString()).find())
          .isInstanceOf(RedisRefusal.class)
          .hasMessageContaining("6.0.16; 6.2 or later is needed");
    }

    @Test
    void a_machine_without_a_packed_binary_is_named() {
      assertThatThrownBy(() -> new PackedFinder("Plan 9", "vax").unpack())
          .isInstanceOf(RedisRefusal.class)
          .hasMessageContaining("redis-server-7.0.15-plan 9-vax");
    }

    private static Path program(Path directory, String printed) throws IOException {
      Path file = directory.resolve("redis-server");
      Files.writeString(file, "#!/bin/sh\necho '" + printed + "'\n");
      assertThat(file.toFile().setExecutable(true)).isTrue();
      return file;
    }
  }

  private static RedisFinder<RedisServer> refusing(RedisSource source, String reason) {
    return finder(
        source,
        () -> {
          throw new RedisRefusal(reason);
        });
  }

  private static RedisFinder<RedisServer> giving(RedisServer server) {
    return finder(server.origin().source(), () -> server);
  }

  private static RedisFinder<RedisServer> failing() {
    return finder(
        RedisSource.PACKED,
        () -> {
          throw new AssertionError("must not be asked");
        });
  }

  private interface Finding {
    RedisServer find() throws RedisRefusal;
  }

  private static RedisFinder<RedisServer> finder(RedisSource source, Finding finding) {
    return new RedisFinder<>() {
      @Override
      public RedisSource source() {
        return source;
      }

      @Override
      public RedisServer find() throws RedisRefusal {
        return finding.find();
      }
    };
  }
}
