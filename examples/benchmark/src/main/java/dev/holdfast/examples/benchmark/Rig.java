package dev.holdfast.examples.benchmark;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.metrics.MicrometerMeters;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.RedisOptions;
import dev.holdfast.testkit.redis.RedisProxy;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RedisServerOptions;
import dev.holdfast.testkit.redis.RedisServerOptions.Fsync;
import dev.holdfast.testkit.redis.RespClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The place of one run: a Redis of its own that is empty, or a namespace of its own on a given one,
 * and a Holdfast on it. Closing it ends and removes everything.
 */
final class Rig implements AutoCloseable {
  private static final int SCANNED = 1_000;

  /** One INFO may wait behind a long queue of other commands. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final @Nullable RedisServer server;
  private final @Nullable RedisProxy proxy;
  private final String url;
  private final String namespace;
  private final RespClient redis;
  private final Holdfast holdfast;

  private Rig(@Nullable RedisServer server, String direct, RigOptions options) {
    this.server = server;
    this.proxy = options.roundTrip() == null ? null : proxy(direct, options.roundTrip());
    this.url = proxy == null ? direct : proxy.uri();
    this.namespace = "benchmark-" + UUID.randomUUID().toString().substring(0, 8);
    this.redis = RespClient.connect(direct, PATIENCE);
    this.holdfast = connect(url, namespace, options.meters());
  }

  /**
   * Opens one.
   *
   * @param given the server to use; null starts one
   */
  static Rig open(@Nullable String given, RigOptions options) {
    if (given != null) {
      return new Rig(null, given, options);
    }
    RedisServerOptions.Builder settings = RedisServerOptions.builder();
    if (options.appendOnly()) {
      settings.appendOnly(Fsync.EVERYSEC);
    }
    RedisServer server = RedisServer.start(settings.build());
    try {
      return new Rig(server, server.uri(), options);
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private static RedisProxy proxy(String direct, Duration roundTrip) {
    URI address = URI.create(direct);
    RedisProxy proxy = RedisProxy.before(address.getHost(), address.getPort());
    // Each message is delayed, so that a question and its answer take twice this.
    proxy.delay(roundTrip.dividedBy(2), Duration.ZERO);
    return proxy;
  }

  /** Opens the queues of a namespace as an application would, with or without meters. */
  static Holdfast connect(String url, String namespace, boolean meters) {
    HoldfastOptions.Builder options = HoldfastOptions.builder().queueBound(100_000_000);
    if (meters) {
      options.meters(MicrometerMeters.on(new SimpleMeterRegistry()));
    }
    return Holdfast.on(
        RedisEngine.connect(RedisOptions.builder(url).namespace(namespace).build()),
        options.build());
  }

  Holdfast holdfast() {
    return holdfast;
  }

  /** A connection beside those that are measured. */
  RespClient redis() {
    return redis;
  }

  /** The address, through the proxy if there is one. */
  String url() {
    return url;
  }

  String namespace() {
    return namespace;
  }

  @Override
  public void close() {
    holdfast.close();
    if (proxy != null) {
      proxy.close();
    }
    if (server == null) {
      removeKeys();
    }
    redis.close();
    if (server != null) {
      server.close();
    }
  }

  /** Leaves nothing of this run on a server that is not ours. */
  private void removeKeys() {
    String cursor = "0";
    do {
      Object answer =
          redis.command(
              "SCAN", cursor, "MATCH", namespace + "*", "COUNT", Integer.toString(SCANNED));
      if (!(answer instanceof List<?> parts) || !(parts.get(1) instanceof List<?> keys)) {
        throw new IllegalStateException("SCAN answered " + answer);
      }
      cursor = String.valueOf(parts.get(0));
      for (Object key : keys) {
        redis.text("UNLINK", String.valueOf(key));
      }
    } while (!cursor.equals("0"));
  }
}
