package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueStats;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredJob;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Operates on jobs and queues; {@link MemoryLook} reads them. */
final class MemoryControl implements Control {
  private static final int MOST_PURGED = 100;

  private final MemoryStore store;
  private final CancelListeners listeners;
  private final MemoryLook look;

  MemoryControl(MemoryStore store, CancelListeners listeners) {
    this.store = store;
    this.listeners = listeners;
    this.look = new MemoryLook(store);
  }

  /** What an act does to a job that is known. */
  private interface JobAct {
    /** Runs with the queue's lock held. */
    ActReply on(MemoryQueue queue, MemoryJob job, long now);
  }

  private ActReply act(QueueRef ref, String key, JobAct act) {
    return store.act(
        ref,
        (queue, now) -> {
          MemoryJob job = queue.jobs.get(key);
          return job == null ? ActReply.NOT_FOUND : act.on(queue, job, now.toEpochMilli());
        });
  }

  /** As {@link #act}, for a job that waits. */
  private ActReply actOnWaiting(QueueRef ref, String key, JobAct act) {
    return act(
        ref,
        key,
        (queue, job, now) -> {
          if (job.state == JobState.ACTIVE) {
            return ActReply.ACTIVE;
          }
          return job.waits() ? act.on(queue, job, now) : ActReply.ENDED;
        });
  }

  @Override
  public Optional<StoredJob> find(QueueRef queue, String key) {
    return look.find(queue, key);
  }

  @Override
  public Page<StoredJob> list(QueueRef queue, JobState state, @Nullable String cursor, int size) {
    return look.list(queue, state, cursor, size);
  }

  @Override
  public QueueStats stats(QueueRef queue) {
    return look.stats(queue);
  }

  @Override
  public ActReply cancel(QueueRef ref, String key, Retention retention) {
    ActReply reply = act(ref, key, (queue, job, now) -> cancel(queue, job, now, retention));
    if (reply == ActReply.REQUESTED) {
      listeners.tell(ref, key);
    }
    return reply;
  }

  private static ActReply cancel(MemoryQueue queue, MemoryJob job, long now, Retention retention) {
    if (job.state == JobState.ACTIVE) {
      job.cancelRequested = true;
      return ActReply.REQUESTED;
    } else if (!job.waits()) {
      return ActReply.ENDED;
    }
    queue.takeOut(job);
    MemoryEnds ends = new MemoryEnds(queue, now, retention);
    ends.cancel(job, StateReason.CANCELLED_ON_REQUEST);
    ends.trimDone();
    return ActReply.DONE;
  }

  @Override
  public ActReply redrive(QueueRef ref, String key) {
    return act(
        ref,
        key,
        (queue, job, now) -> {
          if (job.state != JobState.DEAD) {
            return ActReply.NOT_APPLICABLE;
          } else if (!queue.uniques.redriven(job)) {
            return ActReply.KEY_TAKEN;
          }
          queue.takeOut(job);
          job.failures = 0;
          job.crashes = 0;
          job.misses = 0;
          job.snoozes = 0;
          job.token = null;
          job.cancelRequested = false;
          job.missedSince = null;
          job.reason = StateReason.REDRIVEN;
          job.since = now;
          job.readyAt = now;
          queue.toTail(job);
          queue.ring();
          return ActReply.DONE;
        });
  }

  @Override
  public ActReply reschedule(QueueRef ref, String key, Instant runAt) {
    long at = Math.max(0, runAt.toEpochMilli());
    return actOnWaiting(ref, key, (queue, job, now) -> moveTo(queue, job, at, now));
  }

  @Override
  public ActReply runNow(QueueRef ref, String key) {
    return actOnWaiting(
        ref,
        key,
        (queue, job, now) ->
            job.state == JobState.READY ? ActReply.NOT_APPLICABLE : moveTo(queue, job, now, now));
  }

  private static ActReply moveTo(MemoryQueue queue, MemoryJob job, long at, long now) {
    Long firstDue = queue.due.firstScore();
    queue.leave(job);
    job.readyAt = Math.max(at, now);
    if (at <= now) {
      queue.join(job);
      queue.ring();
    } else {
      queue.schedule(job, at);
      if (firstDue == null || at < firstDue) {
        queue.ring();
      }
    }
    return ActReply.DONE;
  }

  @Override
  public ActReply prioritize(QueueRef ref, String key, Priority priority) {
    return act(
        ref,
        key,
        (queue, job, now) -> {
          if (!job.waits()) {
            boolean active = job.state == JobState.ACTIVE;
            job.priority = active ? priority : job.priority;
            return active ? ActReply.ON_RETURN : ActReply.ENDED;
          }
          boolean moves = job.state == JobState.READY && job.crashes <= 1;
          if (moves && job.priority != priority) {
            queue.leave(job);
            job.priority = priority;
            queue.join(job);
            queue.ring();
          }
          // A suspect stays where it is, and a scheduled job finds its lane when it is due.
          job.priority = priority;
          return ActReply.DONE;
        });
  }

  @Override
  public ActReply delete(QueueRef ref, String key) {
    return act(
        ref,
        key,
        (queue, job, now) -> {
          if (job.state == JobState.ACTIVE) {
            return ActReply.ACTIVE;
          }
          queue.forget(job);
          queue.uniques.forget(job);
          queue.forgetName(key);
          return ActReply.DONE;
        });
  }

  @Override
  public ActReply deleteDead(QueueRef ref, String key) {
    return act(
        ref,
        key,
        (queue, job, now) -> {
          if (job.state != JobState.DEAD) {
            return ActReply.NOT_APPLICABLE;
          }
          queue.forget(job);
          return ActReply.DONE;
        });
  }

  @Override
  public int purge(QueueRef ref) {
    return store.act(
        ref,
        (queue, now) -> {
          int removed = 0;
          for (Lane lane : Lane.values()) {
            for (String key : queue.lane(lane).page(0, MOST_PURGED - removed)) {
              purge(queue, queue.job(key));
              removed++;
            }
          }
          for (String key : queue.due.page(0, MOST_PURGED - removed)) {
            purge(queue, queue.job(key));
            removed++;
          }
          return removed;
        });
  }

  private static void purge(MemoryQueue queue, MemoryJob job) {
    queue.forget(job);
    queue.uniques.letGo(job);
  }

  @Override
  public void changeBound(QueueRef ref, @Nullable Long bound) {
    store.run(ref, (queue, now) -> queue.bound = bound);
  }

  @Override
  public @Nullable Long bound(QueueRef ref) {
    return store.act(ref, (queue, now) -> Optional.ofNullable(queue.bound)).orElse(null);
  }

  @Override
  public void pause(QueueRef ref, boolean paused) {
    store.run(
        ref,
        (queue, now) -> {
          queue.paused = paused;
          queue.ring();
        });
  }

  @Override
  public void limit(QueueRef queue, LimitScope scope, @Nullable Limit limit) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public void pauseType(QueueRef queue, String type, boolean paused) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public List<LimitSetting> limits(QueueRef queue) {
    throw new UnsupportedOperationException("not yet");
  }
}
