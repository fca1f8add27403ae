package dev.holdfast.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.SocketOptions.TcpUserTimeoutOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EpollProvider;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections with the settings that all of ours have, whatever they are for: none connects
 * again by itself, none sends again what was lost, none has a time-out of its own, and what does
 * not open in time is closed when it does.
 */
final class Dialer implements AutoCloseable {
  /** A peer that is silent for 13 s is asked three times, 13 s apart: Lettuce's own default. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(13);

  /** How long sent bytes may stay unconfirmed, where the socket can be told so. */
  private static final Duration UNCONFIRMED = Duration.ofSeconds(10);

  private final RedisUri uri;

  /** For TCP, TLS and the first words: the connect timeout, and a second more for a slow answer. */
  private final Duration openTimeout;

  /** How long a close waits for what is being opened, chosen: loopback opens within some 10 ms. */
  private static final long CLOSE_MILLIS = 1_000;

  private final @Nullable ClientResources own;
  private final RedisClient client;
  private final Map<Object, CompletableFuture<?>> opening = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock.
  private boolean closed;

  /**
   * Makes a dialer.
   *
   * @param lettuce a client whose threads, name resolution and TLS settings are used, too; it stays
   *     open
   */
  Dialer(RedisOptions options, @Nullable AbstractRedisClient lettuce) {
    this.uri = options.uri();
    this.openTimeout = options.connectTimeout().plusSeconds(1);
    this.own = lettuce == null ? ClientResources.create() : null;
    this.client = RedisClient.create(own != null ? own : lettuce(lettuce).getResources());
    client.setOptions(clientOptions(options, lettuce));
  }

  private static AbstractRedisClient lettuce(@Nullable AbstractRedisClient client) {
    if (client == null) {
      throw new IllegalStateException("no client was given");
    }
    return client;
  }

  private static ClientOptions clientOptions(
      RedisOptions options, @Nullable AbstractRedisClient lettuce) {
    SocketOptions.Builder socket =
        SocketOptions.builder()
            .connectTimeout(options.connectTimeout())
            .keepAlive(
                KeepAliveOptions.builder()
                    .enable()
                    .idle(KEEP_ALIVE)
                    .interval(KEEP_ALIVE)
                    .count(3)
                    .build());
    if (EpollProvider.isAvailable()) {
      socket.tcpUserTimeout(
          TcpUserTimeoutOptions.builder().enable().tcpUserTimeout(UNCONFIRMED).build());
    }
    ClientOptions.Builder builder =
        ClientOptions.builder()
            .autoReconnect(false)
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(options.requestQueueSize())
            .protocolVersion(ProtocolVersion.RESP2)
            .maintNotificationsConfig(MaintNotificationsConfig.disabled())
            .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
            .socketOptions(socket.build());
    if (lettuce != null) {
      builder.sslOptions(lettuce.getOptions().getSslOptions());
    }
    return builder.build();
  }

  /** Opens a connection to a Redis server. */
  CompletableFuture<StatefulRedisConnection<byte[], byte[]>> open(Node node, String purpose) {
    return bounded(
        () -> client.connectAsync(ByteArrayCodec.INSTANCE, named(uri.lettuce(node), purpose)));
  }

  /** Opens a connection that hears what is published. */
  CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> openPubSub(
      Node node, String purpose) {
    return bounded(
        () ->
            client.connectPubSubAsync(ByteArrayCodec.INSTANCE, named(uri.lettuce(node), purpose)));
  }

  /** Asks a Sentinel for the primary; null if it knows none of that name. */
  CompletableFuture<@Nullable Node> ask(Node sentinel, String master) {
    // Not Lettuce's connection for Sentinels, which warns of each one that is away.
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opening =
        bounded(
            () ->
                client.connectAsync(
                    ByteArrayCodec.INSTANCE, named(uri.lettuceSentinel(sentinel), "sentinel")));
    CompletableFuture<@Nullable Node> answer =
        opening
            .thenCompose(open -> primaryOf(open, master))
            .<@Nullable Node>thenApply(Dialer::node)
            .orTimeout(openTimeout.toMillis(), TimeUnit.MILLISECONDS);
    return answer.whenComplete(
        (node, error) -> {
          var unused = opening.thenCompose(StatefulConnection::closeAsync);
        });
  }

  private static CompletableFuture<List<byte[]>> primaryOf(
      StatefulRedisConnection<byte[], byte[]> sentinel, String master) {
    ByteArrayCodec codec = ByteArrayCodec.INSTANCE;
    AsyncCommand<byte[], byte[], List<byte[]>> question =
        new AsyncCommand<>(
            new Command<>(
                CommandType.SENTINEL,
                new ValueListOutput<>(codec),
                new CommandArgs<>(codec).add("GET-MASTER-ADDR-BY-NAME").add(master)));
    var unused = sentinel.dispatch(question);
    return question;
  }

  private static @Nullable Node node(@Nullable List<byte[]> address) {
    return address == null || address.size() < 2
        ? null
        : new Node(
            new String(address.get(0), StandardCharsets.UTF_8),
            Integer.parseInt(new String(address.get(1), StandardCharsets.UTF_8)));
  }

  private RedisURI named(RedisURI address, String purpose) {
    address.setClientName("holdfast:" + purpose);
    address.setTimeout(openTimeout);
    return address;
  }

  private <C extends StatefulConnection<?, ?>> CompletableFuture<C> bounded(
      Supplier<CompletionStage<C>> dial) {
    Object key = new Object();
    CompletableFuture<C> dialed;
    lock.lock();
    try {
      if (closed) {
        return CompletableFuture.failedFuture(
            new NotSentException("Currently not connected: the engine is closed", null));
      }
      dialed = dial.get().toCompletableFuture();
      opening.put(key, dialed);
    } finally {
      lock.unlock();
    }
    var unused = dialed.whenComplete((open, error) -> opening.remove(key));
    return dialed
        .copy()
        .orTimeout(openTimeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (open, error) -> {
              if (error != null) {
                abandon(dialed);
              }
            });
  }

  /** Nobody uses it any more, should it still open. */
  private static <C extends StatefulConnection<?, ?>> void abandon(CompletableFuture<C> dialed) {
    var unused = dialed.thenCompose(StatefulConnection::closeAsync);
  }

  /** Closes what was opened; what is being opened, too: Lettuce would leave its socket behind. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    CompletableFuture.allOf(opening.values().toArray(new CompletableFuture<?>[0]))
        .exceptionally(failed -> null)
        .completeOnTimeout(null, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
        .join();
    client.shutdown(0, 2, TimeUnit.SECONDS);
    if (own != null) {
      own.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
  }
}
