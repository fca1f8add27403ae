package dev.holdfast.testkit.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Finds a port for a server, below those that systems give to outgoing connections (Linux: from
 * 32768, macOS: from 49152). A client that reconnects to a port of that range while its Redis is
 * down can be given the same port for its own end: it connects to itself, and Redis cannot come
 * back.
 */
final class LoopbackPort {
  static final String HOST = "127.0.0.1";

  private static final int FIRST = 20_000;
  private static final int END = 32_768;

  /** Enough for a machine where nine of ten ports are taken to fail once in two hundred starts. */
  private static final int TRIES = 50;

  private LoopbackPort() {}

  /**
   * Finds a port that was free a moment ago; the caller copes with one that is taken since.
   *
   * @throws RedisStartException if none was free
   */
  static int free() {
    @Nullable IOException last = null;
    for (int tries = 0; tries < TRIES; tries++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (ServerSocket probe = new ServerSocket()) {
        probe.bind(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
        return port;
      } catch (IOException taken) {
        last = taken;
      }
    }
    throw new RedisStartException("no free port found on " + HOST, List.of(), last);
  }
}
