package dev.holdfast.redis;

import org.jspecify.annotations.Nullable;

/**
 * A job as the keys of its queue tell it; read with no code of the engine.
 *
 * @param state q, a, s, c or d
 * @param token the whole token, or ""
 * @param consumer who holds it, or ""
 * @param claims how often it was claimed
 * @param record the whole record; "" if it has none
 */
record ModelJob(String state, String token, String consumer, int claims, String record) {

  /** Reads a job; null if the queue does not know it. */
  static @Nullable ModelJob in(QueueContents contents, String key) {
    String record = contents.value("track", key);
    if (record == null) {
      return contents.value("jobs", key) == null ? null : new ModelJob("q", "", "", 0, "");
    }
    String[] fields = record.split("\t", -1);
    return new ModelJob(fields[0], fields[9], fields[10], Integer.parseInt(fields[5]), record);
  }

  boolean active() {
    return state.equals("a");
  }

  boolean ended() {
    return !active() && !state.equals("q");
  }

  /** Whether the claim with this token stands. */
  boolean heldBy(String other) {
    return active() && token.equals(other);
  }

  long number() {
    return token.isEmpty() ? 0 : Long.parseLong(token.substring(0, token.indexOf('-')));
  }

  static long highestToken(QueueContents contents) {
    long highest = 0;
    for (String key : contents.pairs("track").keySet()) {
      ModelJob job = in(contents, key);
      highest = Math.max(highest, job == null ? 0 : job.number());
    }
    return highest;
  }
}
