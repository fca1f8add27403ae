/**
 * Queues on Redis or Valkey.
 *
 * <p>A user needs {@link dev.holdfast.redis.RedisEngine} and {@link
 * dev.holdfast.redis.RedisOptions}; for named locks beside the queues {@link
 * dev.holdfast.redis.RedisLock}. Inside, in reading order: {@code RedisKeys} and {@code Script}
 * (what is stored, and every script with its keys), {@code RedisLine} (a connection and how a
 * script is called on it), {@code RedisErrors} (what an error means); then one file an actor:
 * {@code RedisIntake} and {@code Producer}, {@code RedisClaiming}, {@code RedisBells}, {@code
 * RedisUpkeep}, {@code RedisControl}, {@code CancelHints}, {@code RedisLocks}. {@link
 * dev.holdfast.redis.RedisEngineProvider} is public for {@code ServiceLoader} alone.
 */
@NullMarked
package dev.holdfast.redis;

import org.jspecify.annotations.NullMarked;
