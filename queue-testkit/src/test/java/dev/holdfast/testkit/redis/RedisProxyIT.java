package dev.holdfast.testkit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The proxy against a real Redis. */
class RedisProxyIT {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration SILENCE = Duration.ofMillis(150);

  private final RedisProxy proxy = RedisProxy.before(RedisServer.shared());
  private final RespClient direct = RedisServer.shared().connect();
  private final String key = "redis-proxy-it:" + UUID.randomUUID();

  @AfterEach
  void close() {
    try (proxy;
        direct) {
      direct.command("DEL", key);
    }
  }

  private RespClient client() {
    return RespClient.connect(proxy.uri(), SOON);
  }

  private RespClient impatient() {
    return RespClient.connect(proxy.uri(), SILENCE);
  }

  private CompletableFuture<Object> later(RespClient client, String... command) {
    return CompletableFuture.supplyAsync(() -> client.command(command));
  }

  private String value() {
    return String.valueOf(direct.command("GET", key));
  }

  /** A socket, to send several commands before the first answer. */
  private Socket socket() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
  }

  private static String receive(Socket socket, int bytes) throws IOException {
    return new String(socket.getInputStream().readNBytes(bytes), UTF_8);
  }

  private static String receiveTo(Socket socket, String end) throws IOException {
    StringBuilder text = new StringBuilder();
    while (!text.toString().endsWith(end)) {
      text.append(receive(socket, 1));
    }
    return text.toString();
  }

  @Nested
  class Unharmed {
    @Test
    void everything_passes() {
      String large = "x".repeat(3_000_000) + "\r\n€";
      try (RespClient client = client()) {
        client.command("SET", key, large);
        assertThat(client.command("GET", key)).isEqualTo(large);
        assertThatThrownBy(() -> client.command("LPUSH", key, "x"))
            .isInstanceOf(RespException.class);
        assertThat(client.text("PING")).isEqualTo("PONG");
      }
    }

    @Test
    void password_and_database_stay_in_the_address() {
      RedisServerOptions options = RedisServerOptions.builder().password("s3cret").build();
      try (RedisProcess server = RedisServer.start(options);
          RedisProxy before = RedisProxy.before(server);
          RespClient client = RespClient.connect(before.uri())) {
        assertThat(before.uri()).contains("s3cret");
        assertThat(before).asString().doesNotContain("s3cret");
        assertThat(client.text("PING")).isEqualTo("PONG");
      }
    }

    @Test
    void commands_sent_together_are_answered_in_order() throws IOException {
      try (Socket socket = socket()) {
        send(socket, "PING\r\n*2\r\n$4\r\nECHO\r\n$1\r\na\r\nECHO b\r\n");
        assertThat(receive(socket, 21)).isEqualTo("+PONG\r\n$1\r\na\r\n$1\r\nb\r\n");
      }
    }

    @Test
    void connections_are_known_by_their_name_until_they_end() {
      RespClient client = client();
      assertThat(client.text("CLIENT", "SETNAME", "app:commands")).isEqualTo("OK");
      assertThat(proxy.connections()).hasSize(1);
      ProxiedConnection connection = proxy.connections("app:").get(0);
      assertThat(connection.name()).isEqualTo("app:commands");
      client.close();
      await().until(() -> proxy.connections().isEmpty() && !connection.isOpen());
      await().until(() -> !direct.text("CLIENT", "LIST").contains("app:commands"));
    }

    @Test
    void messages_of_channels_are_not_taken_for_replies() throws IOException {
      ProxyFault replaced = proxy.on(RedisCommand.named("PING")).replaceReply("+MINE\r\n");
      try (Socket socket = socket()) {
        send(socket, "SUBSCRIBE " + key + " other\r\n");
        receiveTo(socket, ":2\r\n");
        direct.command("PUBLISH", key, "hello");
        assertThat(receiveTo(socket, "hello\r\n")).contains("message");
        assertThat(replaced.count()).isZero();
        send(socket, "PING\r\n");
        assertThat(receive(socket, 7)).isEqualTo("+MINE\r\n");
      }
    }

    @Test
    void what_follows_monitor_passes_as_it_comes() throws IOException {
      try (Socket socket = socket()) {
        send(socket, "MONITOR\r\n");
        assertThat(receive(socket, 5)).isEqualTo("+OK\r\n");
        direct.command("SET", key, "seen");
        assertThat(receiveTo(socket, "\"" + key + "\" \"seen\"\r\n")).startsWith("+");
      }
    }

    @Test
    void a_server_that_is_down_looks_like_one() {
      RedisProcess server = RedisServer.start();
      server.kill();
      try (server;
          RedisProxy before = RedisProxy.before(server)) {
        assertThatThrownBy(
                () -> {
                  try (RespClient client = RespClient.connect(before.uri())) {
                    client.command("PING");
                  }
                })
            .isInstanceOf(UncheckedIOException.class);
        server.restart();
        try (RespClient client = RespClient.connect(before.uri())) {
          assertThat(client.text("PING")).isEqualTo("PONG");
        }
      }
    }
  }

  @Nested
  class AllConnections {
    @Test
    void a_black_hole_passes_nothing_and_later_what_was_sent() {
      try (RespClient client = impatient()) {
        client.command("SET", key, "before");
        proxy.blackHole();
        assertThatThrownBy(() -> client.command("SET", key, "within"))
            .isInstanceOf(UncheckedIOException.class);
        assertThat(value()).isEqualTo("before");
        assertThat(proxy.connections()).hasSize(1);
        proxy.pass();
        await().until(() -> value().equals("within"));
      }
    }

    @Test
    void in_a_black_hole_new_connections_seem_to_succeed() throws Exception {
      proxy.blackHole();
      try (RespClient client = client()) {
        CompletableFuture<Object> answer = later(client, "PING");
        assertThatThrownBy(() -> answer.get(SILENCE.toMillis(), TimeUnit.MILLISECONDS))
            .isInstanceOf(TimeoutException.class);
        proxy.pass();
        assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("PONG");
      }
    }

    @Test
    void a_black_hole_of_one_direction_passes_the_other() {
      try (RespClient client = impatient()) {
        proxy.blackHole(ProxyDirection.REDIS_TO_CLIENT);
        assertThatThrownBy(() -> client.command("SET", key, "arrived"))
            .isInstanceOf(UncheckedIOException.class);
        await().until(() -> value().equals("arrived"));
      }
    }

    @Test
    void in_a_black_hole_a_client_that_left_stays_for_redis() {
      RespClient client = client();
      client.command("CLIENT", "SETNAME", "ghost-" + key);
      proxy.blackHole();
      client.close();
      assertThat(direct.text("CLIENT", "LIST")).contains("ghost-" + key);
      proxy.pass();
      await().until(() -> !direct.text("CLIENT", "LIST").contains("ghost-" + key));
    }

    @Test
    void a_delay_counts_each_way_and_keeps_the_order() throws IOException {
      proxy.delay(Duration.ofMillis(60), Duration.ofMillis(20));
      try (Socket socket = socket()) {
        long start = System.nanoTime();
        send(socket, "ECHO a\r\nECHO b\r\nECHO c\r\n");
        assertThat(receive(socket, 21)).isEqualTo("$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .isGreaterThanOrEqualTo(Duration.ofMillis(80));
        proxy.delay(Duration.ZERO, Duration.ZERO);
        proxy.stall(1, Duration.ofMillis(50));
        start = System.nanoTime();
        send(socket, "ECHO d\r\n");
        assertThat(receive(socket, 7)).isEqualTo("$1\r\nd\r\n");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .isGreaterThanOrEqualTo(Duration.ofMillis(100));
      }
    }

    @Test
    void a_reset_is_seen_by_both_sides() throws IOException {
      try (Socket socket = socket()) {
        send(socket, "CLIENT SETNAME reset-" + key + "\r\n");
        assertThat(receive(socket, 5)).isEqualTo("+OK\r\n");
        proxy.reset();
        assertThatThrownBy(() -> receive(socket, 1)).hasMessageContaining("reset");
      }
      await().until(() -> !direct.text("CLIENT", "LIST").contains("reset-" + key));
      assertThat(proxy.connections()).isEmpty();
    }

    @Test
    void new_connections_are_refused_while_old_ones_go_on() {
      try (RespClient client = client()) {
        client.command("PING");
        proxy.refuse(true);
        assertThatThrownBy(this::connect)
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining("refused");
        assertThat(client.text("PING")).isEqualTo("PONG");
        proxy.pass();
        connect();
      }
    }

    private void connect() {
      try (RespClient client = client()) {
        client.command("PING");
      }
    }

    @Test
    void half_closed_to_redis_redis_leaves_and_the_client_is_not_told() {
      try (RespClient client = impatient()) {
        client.command("CLIENT", "SETNAME", "half-" + key);
        proxy.halfClose(ProxyDirection.CLIENT_TO_REDIS);
        await().until(() -> !direct.text("CLIENT", "LIST").contains("half-" + key));
        assertThatThrownBy(() -> client.command("SET", key, "nowhere"))
            .hasMessageContaining("timed out");
        assertThat(value()).isEqualTo("null");
      }
      await().until(() -> proxy.connections().isEmpty());
    }

    @Test
    void half_closed_to_the_client_the_client_is_told_and_redis_is_not() throws IOException {
      try (Socket socket = socket()) {
        send(socket, "CLIENT SETNAME half-" + key + "\r\n");
        assertThat(receive(socket, 5)).isEqualTo("+OK\r\n");
        proxy.halfClose(ProxyDirection.REDIS_TO_CLIENT);
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
        send(socket, "SET " + key + " arrived\r\n");
        await().until(() -> value().equals("arrived"));
      }
      assertThat(direct.text("CLIENT", "LIST")).contains("half-" + key);
      proxy.pass();
      await().until(() -> !direct.text("CLIENT", "LIST").contains("half-" + key));
    }

    @Test
    void bytes_that_pass_one_by_one_are_whole() {
      String text = "0123456789".repeat(500);
      proxy.chunk(1);
      try (RespClient client = client()) {
        client.command("SET", key, text);
        assertThat(client.command("GET", key)).isEqualTo(text);
      }
    }
  }

  @Nested
  class OneConnection {
    @Test
    void it_is_broken_alone() {
      try (RespClient other = client();
          RespClient client = impatient()) {
        other.command("CLIENT", "SETNAME", "app:other");
        client.command("CLIENT", "SETNAME", "app:commands");
        ProxiedConnection connection = proxy.connections("app:commands").get(0);
        connection.blackHole();
        assertThatThrownBy(() -> client.command("PING")).isInstanceOf(UncheckedIOException.class);
        assertThat(other.text("PING")).isEqualTo("PONG");
        connection.reset();
        assertThat(connection.isOpen()).isFalse();
        assertThat(proxy.connections()).hasSize(1);
      }
    }

    @Test
    void it_is_healed_alone() throws Exception {
      try (RespClient client = client()) {
        client.command("PING");
        ProxiedConnection connection = proxy.connections().get(0);
        connection.blackHole(ProxyDirection.REDIS_TO_CLIENT);
        CompletableFuture<Object> answer = later(client, "SET", key, "x");
        await().until(() -> value().equals("x"));
        assertThat(answer).isNotDone();
        connection.pass();
        assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("OK");
      }
    }
  }

  @Nested
  class Commands {
    @Test
    void a_lost_reply_with_a_reset_is_of_a_command_that_ran() {
      ProxyFault lost =
          proxy.on(RedisCommand.named("set").and(RedisCommand.mentions(key))).dropReplyAndReset();
      try (RespClient client = client()) {
        assertThat(client.command("GET", key)).isNull();
        assertThatThrownBy(() -> client.command("SET", key, "ran"))
            .isInstanceOf(UncheckedIOException.class);
      }
      assertThat(lost.await(SOON).count()).isEqualTo(1);
      assertThat(value()).isEqualTo("ran");
      try (RespClient client = client()) {
        assertThat(client.command("SET", key, "again")).isEqualTo("OK");
      }
    }

    @Test
    void a_lost_command_has_not_run() {
      ProxyFault lost = proxy.on(RedisCommand.named("SET")).dropCommandAndReset();
      try (RespClient client = client()) {
        assertThatThrownBy(() -> client.command("SET", key, "never"))
            .isInstanceOf(UncheckedIOException.class);
      }
      lost.await(SOON);
      assertThat(value()).isEqualTo("null");
    }

    @Test
    void after_a_lost_reply_nothing_comes_until_the_connection_is_reset() {
      proxy.on(RedisCommand.named("SET")).dropReply();
      try (RespClient client = client()) {
        CompletableFuture<Object> answer = later(client, "SET", key, "ran");
        await().until(() -> value().equals("ran"));
        assertThatThrownBy(() -> answer.get(SILENCE.toMillis(), TimeUnit.MILLISECONDS))
            .isInstanceOf(TimeoutException.class);
        assertThat(proxy.connections()).hasSize(1);
        proxy.pass();
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
            .hasRootCauseInstanceOf(IOException.class);
      }
    }

    @Test
    void a_held_reply_holds_those_behind_it_and_comes_when_released() throws Exception {
      ProxyFault held = proxy.on(RedisCommand.named("SET")).holdReply();
      try (Socket socket = socket();
          RespClient other = client()) {
        send(socket, "SET " + key + " ran\r\nPING\r\n");
        held.await(SOON);
        assertThat(value()).isEqualTo("ran");
        assertThat(other.text("PING")).isEqualTo("PONG");
        socket.setSoTimeout((int) SILENCE.toMillis());
        assertThatThrownBy(() -> receive(socket, 1)).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(10_000);
        held.release();
        assertThat(receive(socket, 12)).isEqualTo("+OK\r\n+PONG\r\n");
        assertThat(other.command("SET", key, "y")).isEqualTo("OK");
      }
    }

    @Test
    void a_reply_that_is_due_already_can_be_held() throws Exception {
      try (RespClient client = client()) {
        ProxyFault blocked = proxy.on(RedisCommand.named("BLPOP")).watch();
        CompletableFuture<Object> answer = later(client, "BLPOP", key, "10");
        blocked.await(SOON);
        ProxyFault held = proxy.on(RedisCommand.named("BLPOP")).holdReply();
        direct.command("RPUSH", key, "x");
        held.await(SOON);
        assertThat(answer).isNotDone();
        proxy.pass();
        assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(List.of(key, "x"));
      }
    }

    @Test
    void a_held_command_runs_when_released() throws Exception {
      ProxyFault held = proxy.on(RedisCommand.named("SET")).holdCommand();
      try (RespClient client = client()) {
        CompletableFuture<Object> answer = later(client, "SET", key, "late");
        held.await(SOON);
        assertThat(value()).isEqualTo("null");
        assertThat(answer).isNotDone();
        held.release();
        assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("OK");
        assertThat(value()).isEqualTo("late");
      }
    }

    @Test
    void a_truncated_reply_ends_within() throws IOException {
      direct.command("SET", key, "0123456789");
      proxy.on(RedisCommand.named("GET")).truncateReply(9);
      try (Socket socket = socket()) {
        send(socket, "GET " + key + "\r\n");
        assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
            .isEqualTo("$10\r\n0123");
      }
    }

    @Test
    void replies_nobody_asked_for_come_before_the_right_one() throws IOException {
      proxy.on(RedisCommand.named("GET")).inject("+OK\r\n");
      proxy.on(RedisCommand.named("PING")).replaceReply("\u0001garbage");
      try (Socket socket = socket()) {
        send(socket, "GET " + key + "\r\nPING\r\n");
        assertThat(receive(socket, 18)).isEqualTo("+OK\r\n$-1\r\n\u0001garbage");
      }
    }

    @Test
    void the_reply_noscript_is_not_the_reply_of_the_script() {
      String text = "return redis.call('INCR', KEYS[1]) -- " + key;
      String digest = direct.text("SCRIPT", "LOAD", text);
      String unknown = direct.text("SCRIPT", "LOAD", text + " twice");
      ProxyFault lost = proxy.on(RedisCommand.script(digest)).times(2).dropReplyAndReset();
      try (RespClient client = client()) {
        assertThatThrownBy(() -> client.command("EVALSHA", digest, "1", key))
            .isInstanceOf(UncheckedIOException.class);
      }
      try (RespClient client = client()) {
        assertThat(client.command("EVALSHA", unknown, "1", key)).isEqualTo(2L);
        assertThatThrownBy(() -> client.command("EVALSHA", "0".repeat(40), "1", key))
            .isInstanceOf(RespException.class);
        assertThatThrownBy(() -> client.command("EVAL", text, "1", key))
            .isInstanceOf(UncheckedIOException.class);
      }
      assertThat(lost.count()).isEqualTo(2);
      assertThat(value()).isEqualTo("3");
    }

    @Test
    void a_fault_skips_and_counts_as_told() {
      ProxyFault fault = proxy.on(RedisCommand.named("ECHO")).skip(1).times(2).inject("+extra\r\n");
      ProxyFault all = proxy.on(RedisCommand.any()).always().watch();
      Map<Integer, String> answers = new TreeMap<>();
      for (int i = 0; i < 4; i++) {
        try (RespClient client = client()) {
          answers.put(i, client.text("ECHO", "own"));
        }
      }
      assertThat(answers.values()).containsExactly("own", "extra", "extra", "own");
      assertThat(fault.count()).isEqualTo(2);
      assertThat(all.count()).isEqualTo(4);
    }

    @Test
    void a_reply_is_picked_by_what_it_says() throws IOException {
      ProxyFault fault =
          proxy.on(RedisCommand.named("ECHO")).answering("two").replaceReply("+mine\r\n");
      ProxyFault seen = proxy.on(RedisCommand.any()).always().answering("two").watchReply();
      try (Socket socket = socket()) {
        send(socket, "ECHO one\r\nECHO two\r\nECHO two\r\n");
        assertThat(receive(socket, 25)).isEqualTo("$3\r\none\r\n+mine\r\n$3\r\ntwo\r\n");
      }
      assertThat(fault.count()).isEqualTo(1);
      assertThat(fault).hasToString("REPLACE_REPLY +mine, 1 times");
      assertThat(seen.count()).isEqualTo(1);
    }

    @Test
    void waiting_in_vain_names_the_last_commands() {
      ProxyFault fault = proxy.on(RedisCommand.named("GET")).watch();
      try (RespClient client = client()) {
        client.command("ECHO", "a secret");
      }
      assertThatThrownBy(() -> fault.await(Duration.ofMillis(20)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("WATCH happened 0 of 1 times within 20 ms; the last commands: [ECHO]");
    }

    @Test
    void a_predicate_that_throws_is_told_to_who_waits() {
      ProxyFault fault =
          proxy
              .on(
                  command -> {
                    throw new IllegalArgumentException("mine");
                  })
              .watch();
      try (RespClient client = client()) {
        client.command("PING");
      }
      assertThatThrownBy(() -> fault.await(SOON)).hasRootCauseMessage("mine");
    }
  }

  @Test
  void closing_resets_connections_and_may_be_repeated() {
    try (RespClient client = client()) {
      client.command("PING");
      proxy.close();
      proxy.close();
      assertThatThrownBy(() -> client.command("PING")).isInstanceOf(UncheckedIOException.class);
      assertThatThrownBy(RedisProxyIT.this::client).isInstanceOf(UncheckedIOException.class);
      proxy.pass();
    }
  }
}
