/**
 * Queues on Redis or Valkey.
 *
 * <p>A user needs {@link dev.holdfast.redis.RedisEngine}, {@link dev.holdfast.redis.RedisOptions}
 * and {@link dev.holdfast.redis.RedisUri}; for named locks beside the queues {@link
 * dev.holdfast.redis.RedisLock}. Inside, in reading order: {@code RedisKeys} and {@code Script}
 * (what is stored, and every script with its keys); {@code RedisConnections} (all there are),
 * {@code Dialer}, {@code Wire} and {@code RedisLine} (how one is opened, used and given up), {@code
 * SentinelFinder}, {@code ClusterMap} and {@code ClusterLines} (which server it leads to), {@code
 * Patience} (what is sent again), {@code RedisErrors} (what an error means); then one file an
 * actor: {@code RedisIntake} and {@code Producer}, {@code RedisClaiming}, {@code RedisBells} and
 * {@code ClusterBells}, {@code RedisUpkeep}, {@code RedisControl}, {@code CancelHints}, {@code
 * RedisLocks}. {@link dev.holdfast.redis.RedisEngineProvider} is public for {@code ServiceLoader}
 * alone.
 */
@NullMarked
package dev.holdfast.redis;

import org.jspecify.annotations.NullMarked;
