package dev.holdfast.job;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Makes the keys of jobs: 10 characters of time in ms, then 16 of randomness, so that keys sort by
 * time and two producers never meet (80 random bits). Safe for use by many threads if its source of
 * randomness is.
 */
public final class JobKeys {
  private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final int TIME_CHARS = 10;
  private static final int RANDOM_CHARS = 16;

  private final InstantSource clock;
  private final RandomGenerator random;

  /** Creates a maker of keys from a clock and a source of randomness. */
  public JobKeys(InstantSource clock, RandomGenerator random) {
    this.clock = Objects.requireNonNull(clock, "clock");
    this.random = Objects.requireNonNull(random, "random");
  }

  /** A new key. */
  public String next() {
    char[] key = new char[TIME_CHARS + RANDOM_CHARS];
    long time = clock.millis();
    for (int i = TIME_CHARS - 1; i >= 0; i--) {
      key[i] = ALPHABET[(int) (time & 31)];
      time >>>= 5;
    }
    long bits = random.nextLong();
    for (int i = TIME_CHARS; i < TIME_CHARS + 8; i++) {
      key[i] = ALPHABET[(int) (bits & 31)];
      bits >>>= 5;
    }
    bits = random.nextLong();
    for (int i = TIME_CHARS + 8; i < key.length; i++) {
      key[i] = ALPHABET[(int) (bits & 31)];
      bits >>>= 5;
    }
    return new String(key);
  }

  /** The instant a key was made, to the millisecond, by the clock of the process that made it. */
  public static Instant instantOf(String key) {
    long time = 0;
    for (int i = 0; i < TIME_CHARS; i++) {
      time = (time << 5) | digit(key.charAt(i));
    }
    return Instant.ofEpochMilli(time & 0xFFFF_FFFF_FFFFL);
  }

  private static int digit(char c) {
    for (int i = 0; i < ALPHABET.length; i++) {
      if (ALPHABET[i] == c) {
        return i;
      }
    }
    throw new InvalidNameException("job key holds " + Naming.quote(String.valueOf(c)));
  }
}
