package dev.holdfast.testkit.redis;

/** One of the two ways of bytes through a {@link RedisProxy}. */
public enum ProxyDirection {
  /** Commands. */
  CLIENT_TO_REDIS,
  /** Replies and messages. */
  REDIS_TO_CLIENT
}
