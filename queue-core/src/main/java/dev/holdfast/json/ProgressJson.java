package dev.holdfast.json;

import dev.holdfast.job.JobStatus.Progress;
import java.util.Optional;

/** Writes and reads a job's progress. */
public final class ProgressJson {
  private ProgressJson() {}

  /** Writes a progress. */
  public static byte[] encode(Progress progress) {
    throw new UnsupportedOperationException("not written yet");
  }

  /** Reads a progress; never throws: empty if it cannot be read. */
  public static Optional<Progress> decode(byte[] json) {
    throw new UnsupportedOperationException("not written yet");
  }
}
