package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.NewJob;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The unique keys of one queue and the jobs that hold them. Guarded by the lock of its queue. */
final class MemoryUniques {
  /** A key as it is told from others. */
  private record Key(Class<? extends Uniqueness> rule, String type, String key) {}

  /**
   * A job that holds a key.
   *
   * @param job its key
   * @param first when its debounce began, epoch ms
   * @param last the highest key of those whose payload it has had
   */
  private record Holder(String job, long first, String last) {}

  /** A window, the last job in it, and how many there are. */
  private record Window(String last, long end, int count) {}

  private final MemoryQueue queue;
  private final Map<Key, Holder> holders = new HashMap<>();
  private final Map<Key, Window> windows = new HashMap<>();
  private boolean replaced;

  MemoryUniques(MemoryQueue queue) {
    this.queue = queue;
  }

  private static Key key(String type, Uniqueness unique) {
    return new Key(unique.getClass(), type, unique.key());
  }

  /** What the rule of a job answers instead of adding it, having put its payload where it goes. */
  @Nullable EnqueueReply judge(NewJob job, long now) {
    replaced = false;
    Uniqueness unique = job.unique();
    if (unique == null) {
      return null;
    }
    Key key = key(job.type(), unique);
    int most = most(unique);
    return most > 0 ? inWindow(key, most, job, now) : held(key, unique, job, now);
  }

  /** How many jobs a window lets through; 0 for a rule without one. */
  private static int most(Uniqueness unique) {
    return unique.match(r -> 0, r -> 0, r -> 1, r -> r.most(), r -> 0, r -> 0);
  }

  private static long length(Uniqueness unique) {
    return unique.match(
        r -> 0L, r -> 0L, r -> r.window().toMillis(), r -> r.period().toMillis(), r -> 0L, r -> 0L);
  }

  private @Nullable EnqueueReply inWindow(Key key, int most, NewJob job, long now) {
    Window window = windows.get(key);
    if (window == null || window.end <= now) {
      return null;
    } else if (window.last.equals(job.key())) {
      return new EnqueueReply(Verdict.EXISTING_ID, window.last);
    }
    return window.count >= most ? new EnqueueReply(Verdict.EXISTING_UNIQUE_KEY, window.last) : null;
  }

  private @Nullable EnqueueReply held(Key key, Uniqueness unique, NewJob job, long now) {
    Holder holder = holders.get(key);
    if (holder == null) {
      return null;
    } else if (holder.job.equals(job.key())) {
      return new EnqueueReply(Verdict.EXISTING_ID, holder.job);
    }
    MemoryJob there = queue.jobs.get(holder.job);
    boolean holds = there != null && holds(unique, there);
    boolean merges =
        unique instanceof Uniqueness.Debounce || unique instanceof Uniqueness.KeepLatest;
    EnqueueReply given = new EnqueueReply(Verdict.REPLACED, holder.job);
    if (!merges) {
      return holds ? new EnqueueReply(Verdict.EXISTING_UNIQUE_KEY, holder.job) : null;
    } else if (job.retry() && job.key().compareTo(holder.last) <= 0) {
      // It may have arrived before, and a later payload after it: that one stays.
      return given;
    } else if (there == null || !holds) {
      return null;
    }
    replace(there, job, holder, now);
    this.replaced = true;
    boolean later = job.key().compareTo(holder.last) > 0;
    holders.put(key, new Holder(holder.job, holder.first, later ? job.key() : holder.last));
    return given;
  }

  /** Whether the last judgement put the payload into the job it answered. */
  boolean replaced() {
    return replaced;
  }

  private static boolean holds(Uniqueness unique, MemoryJob job) {
    return unique.match(
        r -> job.waits() && job.claims == 0,
        r -> job.waits() || job.state == JobState.ACTIVE,
        r -> false,
        r -> false,
        r -> job.waits() && job.claims == 0,
        r -> job.waits() && !job.hasBegun());
  }

  private void replace(MemoryJob there, NewJob by, Holder holder, long now) {
    there.envelope = by.envelope().clone();
    if (by.unique() instanceof Uniqueness.Debounce debounce) {
      if (there.state == JobState.SCHEDULED && there.readyAt > now) {
        long at =
            Math.min(
                now + debounce.quiet().toMillis(), holder.first + debounce.maxWait().toMillis());
        there.readyAt = Math.max(now, at);
        queue.due.put(there.key, there.readyAt);
      }
    } else {
      // The new payload has its own attempts, and nothing to go on from.
      there.failures = 0;
      there.notes.startOver();
    }
  }

  /** A job that is added holds its key. */
  void hold(NewJob job, long now) {
    Uniqueness unique = job.unique();
    if (unique == null) {
      return;
    }
    Key key = key(job.type(), unique);
    if (most(unique) > 0) {
      Window open = windows.get(key);
      windows.put(
          key,
          open == null || open.end <= now
              ? new Window(job.key(), now + length(unique), 1)
              : new Window(job.key(), open.end, open.count + 1));
    } else {
      holders.put(key, new Holder(job.key(), now, job.key()));
    }
  }

  /** Whether a newer job has taken the keep-latest key of one that would wait again. */
  boolean overtaken(MemoryJob job) {
    return job.unique instanceof Uniqueness.KeepLatest && !isHolder(job, job.unique);
  }

  private boolean isHolder(MemoryJob job, Uniqueness unique) {
    Holder holder = holders.get(key(job.type, unique));
    return holder != null && holder.job.equals(job.key);
  }

  /** Frees the key of a job that has ended or is gone, unless another one has taken it over. */
  void letGo(MemoryJob job) {
    Uniqueness unique = job.unique;
    if (unique != null && isHolder(job, unique)) {
      holders.remove(key(job.type, unique));
    }
  }

  /** Frees the key of a job of which no trace shall be left. */
  void forget(MemoryJob job) {
    letGo(job);
    if (job.unique != null) {
      Key key = key(job.type, job.unique);
      Window window = windows.get(key);
      if (window != null && window.last.equals(job.key)) {
        windows.remove(key);
      }
    }
  }

  /**
   * A dead letter takes the key again that it would hold until its end; false: another job has it.
   */
  boolean redriven(MemoryJob job) {
    Uniqueness unique = job.unique;
    if (!(unique instanceof Uniqueness.UntilFinished || unique instanceof Uniqueness.KeepLatest)) {
      return true;
    }
    Key key = key(job.type, unique);
    Holder holder = holders.get(key);
    if (holder != null && !holder.job.equals(job.key)) {
      return false;
    }
    holders.put(key, new Holder(job.key, 0, job.key));
    return true;
  }
}
