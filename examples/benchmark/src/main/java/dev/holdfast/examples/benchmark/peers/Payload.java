package dev.holdfast.examples.benchmark.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What a job of a peer carries; 100 bytes as JSON, as Holdfast's jobs do.
 *
 * @param number which job of its run it is, from 0
 * @param filler makes it 100 bytes
 */
record Payload(int number, String filler) {
  /** The bytes of {@code {"number":,"filler":""}}. */
  private static final int FRAME = 23;

  private static final int BYTES = 100;

  static Payload of(int number) {
    return new Payload(number, filler(number));
  }

  /** What makes such JSON 100 bytes long. */
  static String filler(int number) {
    return "x".repeat(BYTES - FRAME - Integer.toString(number).length());
  }

  /** Makes the jobs of the numbers from the first to the end, without it. */
  static <T> List<T> range(int first, int end, IntFunction<T> job) {
    List<T> jobs = new ArrayList<>(end - first);
    for (int number = first; number < end; number++) {
      jobs.add(job.apply(number));
    }
    return jobs;
  }
}
