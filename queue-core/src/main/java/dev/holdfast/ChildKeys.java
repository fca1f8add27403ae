package dev.holdfast;

import dev.holdfast.job.JobId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The keys of a batch's jobs, made of the batch's id and their places in it, so that whoever
 * enqueues the batch again enqueues the same jobs.
 *
 * <p>The time is the batch's. Of the 80 bits behind it, 40 and the last 23 are of the SHA-256 of
 * the batch's id, and the 17 between are the place: they sort in the batch's order, and two batches
 * of one millisecond share a key once in 2^63 pairs.
 */
final class ChildKeys {
  private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final int TIME_CHARS = 10;
  private static final int PLACE_BITS = 17;
  private static final int TAIL_BITS = 23;

  private final String time;
  private final long head;
  private final long tail;

  ChildKeys(JobId batch) {
    byte[] digest;
    try {
      digest =
          MessageDigest.getInstance("SHA-256")
              .digest(batch.toString().getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    this.time = batch.key().substring(0, TIME_CHARS);
    this.head = number(digest, 0);
    this.tail = number(digest, 5) & ((1L << TAIL_BITS) - 1);
  }

  private static long number(byte[] digest, int from) {
    long number = 0;
    for (int i = from; i < from + 5; i++) {
      number = (number << 8) | (digest[i] & 0xFF);
    }
    return number;
  }

  /** The key of the job at a place, from 0. */
  String at(int place) {
    if (place < 0 || place >= 1 << PLACE_BITS) {
      throw new IllegalArgumentException("place " + place + " of a batch");
    }
    StringBuilder key = new StringBuilder(time);
    write(key, head);
    write(key, ((long) place << TAIL_BITS) | tail);
    return key.toString();
  }

  private static void write(StringBuilder key, long number) {
    for (int shift = 35; shift >= 0; shift -= 5) {
      key.append(ALPHABET[(int) (number >>> shift) & 31]);
    }
  }
}
