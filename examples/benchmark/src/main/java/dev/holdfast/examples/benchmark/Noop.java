package dev.holdfast.examples.benchmark;

import dev.holdfast.job.JobType;
import java.nio.charset.StandardCharsets;

/**
 * The payload of every job here: 100 bytes of JSON, whatever its number.
 *
 * @param number which job of its run it is, from 0
 * @param filler makes it 100 bytes
 */
@JobType(value = Noop.TYPE, queue = Noop.QUEUE)
record Noop(int number, String filler) {
  static final String QUEUE = "benchmark";
  static final String TYPE = "benchmark.noop";
  static final int BYTES = 100;

  private static final String HEAD = "{\"number\":";
  private static final String MIDDLE = ",\"filler\":\"";
  private static final String TAIL = "\"}";
  private static final String[] FILLERS = fillers();

  static Noop of(int number) {
    return new Noop(number, FILLERS[digits(number)]);
  }

  /** The JSON that the codec makes of it, made by hand for the bare lists. */
  static byte[] json(int number) {
    return (HEAD + number + MIDDLE + FILLERS[digits(number)] + TAIL)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** The number in such JSON. */
  static int numberIn(byte[] json) {
    int number = 0;
    for (int i = HEAD.length(); json[i] >= '0' && json[i] <= '9'; i++) {
      number = number * 10 + json[i] - '0';
    }
    return number;
  }

  private static int digits(int number) {
    int digits = 1;
    for (int rest = number / 10; rest > 0; rest /= 10) {
      digits++;
    }
    return digits;
  }

  private static String[] fillers() {
    int room = BYTES - HEAD.length() - MIDDLE.length() - TAIL.length();
    String[] fillers = new String[11];
    for (int digits = 0; digits < fillers.length; digits++) {
      fillers[digits] = "x".repeat(room - digits);
    }
    return fillers;
  }
}
