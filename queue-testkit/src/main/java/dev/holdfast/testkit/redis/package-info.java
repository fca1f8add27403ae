/**
 * A real Redis for tests and for trying, with nothing to install.
 *
 * <p>Most code needs one line: {@code RedisServer.shared().uri()}. A test that stops, freezes or
 * restarts Redis starts a server of its own with {@code RedisServer.start(options)}.
 *
 * <p>The package needs neither JUnit nor AssertJ to load. Testcontainers and {@code
 * org.signal:embedded-redis} are used when they are on the class path.
 *
 * <p>In reading order:
 *
 * <ol>
 *   <li>{@link dev.holdfast.testkit.redis.RedisServer}: the door, shared or private
 *   <li>{@link dev.holdfast.testkit.redis.RedisOrigin} and {@link
 *       dev.holdfast.testkit.redis.RedisSource}: where it came from
 *   <li>{@link dev.holdfast.testkit.redis.RedisServerOptions}: the settings of a private server
 *   <li>{@link dev.holdfast.testkit.redis.RedisProcess}: a private server, to kill, freeze and
 *       restart
 *   <li>{@link dev.holdfast.testkit.redis.RedisCluster} and {@link
 *       dev.holdfast.testkit.redis.RedisSentinels}: several of them, to fail over
 *   <li>{@link dev.holdfast.testkit.redis.RespClient} and {@link
 *       dev.holdfast.testkit.redis.RespException}: commands without a Redis client library
 *   <li>{@link dev.holdfast.testkit.redis.RedisProxy}, {@link
 *       dev.holdfast.testkit.redis.ProxyRule}, {@link dev.holdfast.testkit.redis.RedisCommand},
 *       {@link dev.holdfast.testkit.redis.ProxyFault}, {@link
 *       dev.holdfast.testkit.redis.ProxiedConnection} and {@link
 *       dev.holdfast.testkit.redis.ProxyDirection}: a network that breaks when a test says so
 *   <li>{@link dev.holdfast.testkit.redis.RedisNotFoundException} and {@link
 *       dev.holdfast.testkit.redis.RedisStartException}: what went wrong, source by source
 *   <li>{@code RedisSearch}: the order in which the sources are asked, and the memory of each
 *       refusal
 *   <li>{@code UrlFinder}, {@code DockerFinder}, {@code PathFinder}, {@code PackedFinder}: one
 *       source each
 *   <li>{@code ProxyLoop}, {@code ProxyLink}, {@code ProxyFlow}, {@code ProxyWeather}, {@code
 *       RespFrames}: the proxy's thread, a connection, one direction of it, what all go through,
 *       and where a message ends
 *   <li>{@code JvmExitGuard}: why no server outlives its JVM
 * </ol>
 */
@NullMarked
package dev.holdfast.testkit.redis;

import org.jspecify.annotations.NullMarked;
