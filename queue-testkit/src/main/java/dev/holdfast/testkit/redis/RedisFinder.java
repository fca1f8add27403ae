package dev.holdfast.testkit.redis;

/**
 * One source, asked for one thing: a running server or an executable.
 *
 * @param <T> what it finds
 */
interface RedisFinder<T> {
  RedisSource source();

  /**
   * Looks once, and takes what it finds.
   *
   * @throws RedisRefusal if this source has none
   * @throws RedisNotFoundException if the search must end here
   */
  T find() throws RedisRefusal;
}
