package dev.holdfast.json;

import dev.holdfast.job.Attempt;

/** Writes and reads the entries of a job's history. */
public final class AttemptJson {
  private AttemptJson() {}

  /** Writes an attempt as one line of at most 4 KiB. */
  public static byte[] encode(Attempt attempt) {
    throw new UnsupportedOperationException("not written yet");
  }

  /** Reads an attempt; never throws: what cannot be read is an attempt that says so. */
  public static Attempt decode(byte[] json) {
    throw new UnsupportedOperationException("not written yet");
  }
}
