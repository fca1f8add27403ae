package dev.holdfast.job;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Makes the keys of jobs: 10 characters of time in ms, then 16 of randomness, so that keys sort by
 * time and two producers never meet (80 random bits). Keys of one millisecond rise by a random step
 * each, so that jobs due at one instant become ready in the order they were made in. If the clock
 * goes back, the order of keys does, too. Safe for use by many threads.
 */
public final class JobKeys {
  private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();

  /** What a character stands for; -1 for those of no key. */
  private static final byte[] DIGITS = digits();

  private static final int TIME_CHARS = 10;
  private static final int RANDOM_CHARS = 16;

  /** Half of the random characters as a number: 40 bits. */
  private static final long HALF = (1L << 40) - 1;

  private final InstantSource clock;
  private final RandomGenerator random;

  /** Of the steps within a millisecond: a strong source takes a microsecond for each number. */
  private final SplittableRandom steps;

  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock, as is the use of steps: the millisecond of the last key, and its random number
  // in two halves.
  private long last = -1;
  private long high;
  private long low;

  /**
   * Creates a maker of keys from a clock and a source of randomness, which is asked once now and
   * once for each millisecond that has keys.
   */
  public JobKeys(InstantSource clock, RandomGenerator random) {
    this.clock = Objects.requireNonNull(clock, "clock");
    this.random = Objects.requireNonNull(random, "random");
    this.steps = new SplittableRandom(random.nextLong());
  }

  /** A new key. */
  public String next() {
    char[] key = new char[TIME_CHARS + RANDOM_CHARS];
    lock.lock();
    try {
      long now = clock.millis();
      if (now != last || !step()) {
        last = now;
        high = random.nextLong() & HALF;
        low = random.nextLong() & HALF;
      }
      write(key, 0, TIME_CHARS, now);
      write(key, TIME_CHARS, TIME_CHARS + 8, high);
      write(key, TIME_CHARS + 8, key.length, low);
    } finally {
      lock.unlock();
    }
    return new String(key);
  }

  /** Goes on by 1 to 2^32; false at the end of the 80 bits, which no process will see. */
  private boolean step() {
    low += 1 + (steps.nextInt() & 0xFFFF_FFFFL);
    high += low >>> 40;
    low &= HALF;
    return high <= HALF;
  }

  private static void write(char[] key, int from, int to, long number) {
    long rest = number;
    for (int i = to - 1; i >= from; i--) {
      key[i] = ALPHABET[(int) (rest & 31)];
      rest >>>= 5;
    }
  }

  /** The instant a key was made, to the millisecond, by the clock of the process that made it. */
  public static Instant instantOf(String key) {
    long time = 0;
    for (int i = 0; i < TIME_CHARS; i++) {
      time = (time << 5) | digit(key.charAt(i));
    }
    return Instant.ofEpochMilli(time & 0xFFFF_FFFF_FFFFL);
  }

  private static byte[] digits() {
    byte[] digits = new byte[128];
    Arrays.fill(digits, (byte) -1);
    for (int i = 0; i < ALPHABET.length; i++) {
      digits[ALPHABET[i]] = (byte) i;
    }
    return digits;
  }

  private static int digit(char c) {
    byte digit = c < DIGITS.length ? DIGITS[c] : -1;
    if (digit < 0) {
      throw new InvalidNameException("job key holds " + Naming.quote(String.valueOf(c)));
    }
    return digit;
  }
}
