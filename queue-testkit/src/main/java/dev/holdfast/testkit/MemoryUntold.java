package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.NewJob.Ties;
import dev.holdfast.spi.Runs.Ended;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ends in one queue whose parents were not told of them. Guarded by the queue's lock. */
final class MemoryUntold {
  private static final int MOST = 100;
  private static final long MOST_BYTES = 1 << 20;

  /** One end of a job: it has another after a redrive. */
  private record End(String key, int claims) {}

  /** Oldest first. */
  private final Map<End, Ended> ends = new LinkedHashMap<>();

  boolean isEmpty() {
    return ends.isEmpty();
  }

  /** A job has ended; what it leaves is written. Nothing to tell if it has no parent. */
  void add(MemoryJob job, JobState how, StateReason reason) {
    Ties ties = job.ties;
    if (ties == null || ties.parent() == null) {
      return;
    }
    End end = new End(job.key, job.claims);
    // To the end of the line, even if an earlier one is in it.
    ends.remove(end);
    ends.put(end, ended(job, ties.parent(), ties.bare(), how, reason));
  }

  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  private static Ended ended(
      MemoryJob job, String parent, boolean bare, JobState how, StateReason reason) {
    byte @Nullable [] text = how == JobState.SUCCEEDED ? job.notes.result() : job.notes.last();
    return new Ended(parent, job.key, job.claims, how, reason.name(), bare ? null : text);
  }

  /** The oldest: a hundred or 1 MiB, at least one if there is one. */
  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  List<Ended> first() {
    List<Ended> first = new ArrayList<>();
    long bytes = 0;
    for (Ended ended : ends.values()) {
      bytes += ended.text() == null ? 0 : ended.text().length;
      if (first.size() == MOST || (!first.isEmpty() && bytes > MOST_BYTES)) {
        break;
      }
      first.add(ended);
    }
    return first;
  }

  void told(List<Ended> told) {
    told.forEach(ended -> ends.remove(new End(ended.key(), ended.claims())));
  }
}
