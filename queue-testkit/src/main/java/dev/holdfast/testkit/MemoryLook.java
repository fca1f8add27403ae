package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Page;
import dev.holdfast.job.QueueStats;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredJob;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads jobs and counts them; changes nothing. */
final class MemoryLook {
  private static final int MOST_OF_A_PAGE = 200;
  private static final long MOST_BYTES = 1 << 20;

  private final MemoryStore store;

  MemoryLook(MemoryStore store) {
    this.store = store;
  }

  Optional<StoredJob> find(QueueRef ref, String key) {
    return store.act(
        ref, (queue, now) -> Optional.ofNullable(queue.jobs.get(key)).map(job -> view(queue, job)));
  }

  private static StoredJob view(MemoryQueue queue, MemoryJob job) {
    Long keptUntil =
        job.state == JobState.DEAD ? queue.dead.score(job.key) : queue.done.score(job.key);
    Long due = queue.due.score(job.key);
    boolean never = job.state == JobState.WAITING && due != null && due == MemoryQueue.NEVER;
    return job.view(never ? null : due, keptUntil);
  }

  Page<StoredJob> list(QueueRef ref, JobState state, @Nullable String cursor, int size) {
    if (size < 1 || size > MOST_OF_A_PAGE) {
      throw new IllegalArgumentException(
          "a page has " + size + " entries; it must be 1 to " + MOST_OF_A_PAGE);
    }
    long from = offset(cursor);
    return store.act(ref, (queue, now) -> page(queue, state, from, size));
  }

  private static long offset(@Nullable String cursor) {
    if (cursor == null) {
      return 0;
    }
    if (!cursor.matches("\\d{1,12}")) {
      throw new IllegalArgumentException("the cursor is none of this list's");
    }
    return Long.parseLong(cursor);
  }

  private static Page<StoredJob> page(MemoryQueue queue, JobState state, long from, int size) {
    List<String> keys = keys(queue, state, from, size);
    List<StoredJob> jobs = new ArrayList<>();
    long bytes = 0;
    int looked = 0;
    for (String key : keys) {
      MemoryJob job = queue.job(key);
      // Succeeded and cancelled jobs are in one list, scheduled and suspended ones in another.
      if (job.state == state) {
        bytes += job.notes.size() + (state == JobState.DEAD ? job.size() : 0);
        if (!jobs.isEmpty() && bytes > MOST_BYTES) {
          break;
        }
        jobs.add(view(queue, job));
      }
      looked++;
    }
    boolean more = looked < keys.size() || keys.size() == size;
    return new Page<>(jobs, more ? Long.toString(from + looked) : null);
  }

  private static List<String> keys(MemoryQueue queue, JobState state, long from, int size) {
    return switch (state) {
      case READY -> ready(queue, from, size);
      // Suspended runs are in the list of those that are due later.
      case SCHEDULED, WAITING -> queue.due.page(from, size);
      case ACTIVE -> queue.leases.page(from, size);
      case SUCCEEDED, CANCELLED -> queue.done.pageFromEnd(from, size);
      case DEAD -> queue.dead.pageFromEnd(from, size);
      case PARKED -> queue.limits.page(from, size);
    };
  }

  private static List<String> ready(MemoryQueue queue, long from, int size) {
    List<String> keys = new ArrayList<>();
    long skip = from;
    for (Lane lane : Lane.values()) {
      ReadyList list = queue.lane(lane);
      keys.addAll(list.page(skip, size - keys.size()));
      skip = Math.max(0, skip - list.size());
    }
    return keys;
  }

  QueueStats stats(QueueRef ref) {
    return store.act(ref, (queue, now) -> stats(queue, now.toEpochMilli()));
  }

  private static QueueStats stats(MemoryQueue queue, long now) {
    long oldest = now;
    for (ReadyList lane : queue.lanes.values()) {
      String head = lane.first();
      if (head != null) {
        oldest = Math.min(oldest, queue.job(head).readyAt);
      }
    }
    Long nextDue = queue.firstDue();
    return new QueueStats(
        queue.ready(),
        queue.due.size(),
        queue.limits.parked(),
        queue.leases.size(),
        queue.done.size(),
        queue.dead.size(),
        Duration.ofMillis(now - oldest),
        nextDue == null ? null : Instant.ofEpochMilli(nextDue),
        queue.paused);
  }
}
