package dev.holdfast.examples.benchmark;

import dev.holdfast.testkit.redis.RespClient;

/** A stretch of time with what was spent in it by Redis and by this process. */
final class Measuring {
  private final RespClient redis;
  private final RedisCost redisThen;
  private final ClientCost clientThen;
  private final long started;

  private Measuring(RespClient redis) {
    this.redis = redis;
    this.redisThen = RedisCost.read(redis);
    this.clientThen = ClientCost.read();
    this.started = System.nanoTime();
  }

  static Measuring start(Rig rig) {
    return new Measuring(rig.redis());
  }

  /** When it began, a value of {@code System.nanoTime()}. */
  long started() {
    return started;
  }

  /** What it cost until now. */
  Cost end() {
    long took = System.nanoTime() - started;
    ClientCost client = ClientCost.read().since(clientThen);
    return new Cost(took, RedisCost.read(redis).since(redisThen), client);
  }

  /** Ends it; the figures are for each of so many jobs. */
  Sample end(int jobs) {
    return end().perJob(jobs);
  }

  /**
   * What a stretch of time cost.
   *
   * @param nanos how long it was
   */
  record Cost(long nanos, RedisCost redis, ClientCost client) {
    Sample perJob(int jobs) {
      return Sample.EMPTY
          .with(Figure.JOBS, jobs)
          .with(Figure.RATE, jobs * 1e9 / nanos)
          .with(redis.perJob(jobs))
          .with(client.perJob(jobs));
    }
  }
}
