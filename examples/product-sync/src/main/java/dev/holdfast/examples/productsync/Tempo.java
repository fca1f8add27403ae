package dev.holdfast.examples.productsync;

import java.time.Duration;

/**
 * How fast the shop's clock runs: its minute lasts {@code 60 / speed} seconds. All rates and waits
 * of the shop are in its own time, so that nothing else has to know.
 *
 * @param speed 1 to 120; 1 is real time
 */
record Tempo(int speed) {
  static final int FASTEST = 120;

  Tempo {
    if (speed < 1 || speed > FASTEST) {
      throw new IllegalArgumentException("the speed is " + speed + "; it must be 1 to " + FASTEST);
    }
  }

  /** How long a time of the shop lasts for us. */
  Duration real(Duration shop) {
    return shop.dividedBy(speed);
  }

  /** How much time of the shop passes while so much of ours does. */
  Duration shop(Duration real) {
    return real.multipliedBy(speed);
  }
}
