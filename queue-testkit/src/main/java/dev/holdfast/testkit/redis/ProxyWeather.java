package dev.holdfast.testkit.redis;

import java.time.Duration;
import java.util.SplittableRandom;

/** What every connection of a {@link RedisProxy} goes through. Used by the proxy's thread only. */
final class ProxyWeather {
  private static final long SEED = 7;

  private SplittableRandom random = new SplittableRandom(SEED);
  private boolean holeToRedis;
  private boolean holeToClient;
  private long delayNanos;
  private long jitterNanos;
  private double stallShare;
  private long stallNanos;
  private int chunk;

  void clear() {
    hole(ProxyDirection.CLIENT_TO_REDIS, false);
    hole(ProxyDirection.REDIS_TO_CLIENT, false);
    delay(Duration.ZERO, Duration.ZERO);
    stall(0, Duration.ZERO);
    chunk = 0;
  }

  void hole(ProxyDirection direction, boolean on) {
    if (direction == ProxyDirection.CLIENT_TO_REDIS) {
      holeToRedis = on;
    } else {
      holeToClient = on;
    }
  }

  boolean isHole(ProxyDirection direction) {
    return direction == ProxyDirection.CLIENT_TO_REDIS ? holeToRedis : holeToClient;
  }

  void delay(Duration each, Duration jitter) {
    random = new SplittableRandom(SEED);
    delayNanos = each.toNanos();
    jitterNanos = jitter.toNanos();
  }

  void stall(double share, Duration time) {
    stallShare = share;
    stallNanos = time.toNanos();
  }

  void chunk(int bytes) {
    chunk = bytes;
  }

  /** At most so many bytes in one write; 0 means any number. */
  int chunk() {
    return chunk;
  }

  /** How long the next message waits. */
  long latencyNanos() {
    if (delayNanos == 0 && stallNanos == 0) {
      return 0;
    }
    long latency = delayNanos;
    if (jitterNanos > 0) {
      latency += random.nextLong(-jitterNanos, jitterNanos + 1);
    }
    if (stallNanos > 0 && random.nextDouble() < stallShare) {
      latency += stallNanos;
    }
    return Math.max(0, latency);
  }
}
