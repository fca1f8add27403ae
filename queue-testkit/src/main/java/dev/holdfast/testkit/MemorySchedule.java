package dev.holdfast.testkit;

import dev.holdfast.spi.StoredSchedule;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One schedule as it is stored. Guarded by the lock of its queue. */
final class MemorySchedule {
  final String name;
  byte[] definition = {};
  String revision = "";
  String owner = "";
  @Nullable Instant pausedSince;
  @Nullable Instant next;
  @Nullable Instant last;
  @Nullable String jobKey;
  @Nullable Instant waiting;
  long fired;
  long missed;
  long skipped;
  @Nullable Instant lastSkipped;

  MemorySchedule(String name) {
    this.name = name;
  }

  StoredSchedule view() {
    return new StoredSchedule(
        name,
        revision,
        owner,
        pausedSince,
        next,
        last,
        jobKey,
        waiting,
        fired,
        missed,
        skipped,
        lastSkipped);
  }
}
