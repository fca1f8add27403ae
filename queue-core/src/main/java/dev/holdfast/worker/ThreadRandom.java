package dev.holdfast.worker;

import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** The calling thread's own randomness, so that many threads can share one generator. */
enum ThreadRandom implements RandomGenerator {
  /** The only one; holds nothing. */
  INSTANCE;

  @Override
  public long nextLong() {
    return ThreadLocalRandom.current().nextLong();
  }
}
