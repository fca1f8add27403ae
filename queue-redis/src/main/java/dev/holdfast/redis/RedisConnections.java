package dev.holdfast.redis;

import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.EngineRefusedException.Problem;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Opens and closes every connection of an engine: one for commands, one for extensions of leases
 * (which must not wait behind a 256 KiB payload), one for hints, and one a worker that blocks.
 */
final class RedisConnections implements AutoCloseable {
  private final RedisOptions options;
  private final ClientResources resources;
  private final RedisClient client;
  private final RedisClient blockingClient;
  private final RedisLine commands;
  private final RedisLine leases;

  RedisConnections(RedisOptions options) {
    this.options = options;
    // Equal jitter: from 10 ms, doubling to the cap, half of it random.
    this.resources =
        ClientResources.builder()
            .reconnectDelay(
                Delay.equalJitter(
                    Duration.ofMillis(10), options.reconnectCap(), 10, TimeUnit.MILLISECONDS))
            .build();
    this.client = client(options, resources, true);
    // A blocking call is never repeated by the connection: what it took may be lost with the reply,
    // and only the worker knows what to do then.
    this.blockingClient = client(options, resources, false);
    this.commands = new RedisLine(() -> connect(client, "commands"));
    this.leases = new RedisLine(() -> connect(client, "leases"));
  }

  private static RedisClient client(
      RedisOptions options, ClientResources resources, boolean autoReconnect) {
    RedisClient client = RedisClient.create(resources, options.uri());
    client.setOptions(
        ClientOptions.builder()
            .autoReconnect(autoReconnect)
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(options.requestQueueSize())
            .protocolVersion(ProtocolVersion.RESP2)
            .maintNotificationsConfig(MaintNotificationsConfig.disabled())
            .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
            .socketOptions(SocketOptions.builder().connectTimeout(options.connectTimeout()).build())
            .build());
    return client;
  }

  /**
   * Opens the connection for commands.
   *
   * @throws EngineRefusedException if there is no server, or it refuses the user
   */
  void open() {
    try {
      commands.open(options.connectTimeout().plusSeconds(1));
    } catch (ExecutionException | TimeoutException e) {
      throw refusal(e);
    }
  }

  RedisLine commands() {
    return commands;
  }

  RedisLine leases() {
    return leases;
  }

  /** A connection that reconnects and subscribes again by itself. */
  CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> openHints() {
    return client.connectPubSubAsync(ByteArrayCodec.INSTANCE, named("hints")).toCompletableFuture();
  }

  /** A connection for blocking calls; it does not reconnect. */
  CompletableFuture<StatefulRedisConnection<byte[], byte[]>> openBlocking(String worker) {
    return connect(blockingClient, "bells:" + worker);
  }

  private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connect(
      RedisClient by, String purpose) {
    return by.connectAsync(ByteArrayCodec.INSTANCE, named(purpose)).toCompletableFuture();
  }

  private RedisURI named(String purpose) {
    return RedisURI.builder(options.uri()).withClientName("holdfast:" + purpose).build();
  }

  /** Host and port, without user or password. */
  String address() {
    RedisURI uri = options.uri();
    return uri.getHost() + ":" + uri.getPort();
  }

  EngineRefusedException refusal(Throwable error) {
    Throwable cause = RedisErrors.unwrap(error);
    @Nullable String denial = null;
    StringBuilder chain = new StringBuilder();
    for (Throwable t = cause; t != null; t = t.getCause()) {
      String message = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
      chain.append(chain.isEmpty() ? "" : ": ").append(message);
      String upper = message.toUpperCase(Locale.ROOT);
      if (upper.startsWith("WRONGPASS")
          || upper.startsWith("NOAUTH")
          || upper.startsWith("NOPERM")
          || upper.startsWith("ERR AUTH")
          || upper.contains("INVALID PASSWORD")) {
        denial = message;
      }
    }
    if (denial != null) {
      return new EngineRefusedException(
          Problem.ACCESS_DENIED,
          "Redis at " + address() + " refuses the user or password: " + denial,
          null);
    }
    return new EngineRefusedException(
        Problem.UNREACHABLE,
        "Redis at "
            + address()
            + " cannot be reached; check host, port and firewall ("
            + chain
            + ")",
        cause);
  }

  @Override
  public void close() {
    commands.close();
    leases.close();
    client.shutdown(0, 2, TimeUnit.SECONDS);
    blockingClient.shutdown(0, 2, TimeUnit.SECONDS);
    resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }
}
