package dev.holdfast.job;

/**
 * What happened to a job so far.
 *
 * @param failures attempts that threw, timed out or asked to retry; bounded by the retry policy
 * @param claims how often a worker took the job; unbounded, shown only
 * @param crashes leases in a row that ended without an outcome; 3 make the job dead
 * @param misses claims by workers without a handler for the type
 * @param snoozes how often the handler asked to be called later; bounded by 1,000
 */
public record Counters(int failures, int claims, int crashes, int misses, int snoozes) {
  /** A job that was never claimed. */
  public static final Counters NONE = new Counters(0, 0, 0, 0, 0);

  /**
   * The number of the attempt that runs now or would come next, from 1: failures + 1. A job that
   * has died or was cancelled after a failure gets no such attempt.
   */
  public int nextAttempt() {
    return failures + 1;
  }
}
