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
import dev.holdfast.testkit.MemoryLimits.Mark;
import java.time.Instant;
import java.util.ArrayList;
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
          if (job == null) {
            return ActReply.NOT_FOUND;
          }
          Mark before = queue.limits.mark();
          ActReply reply = act.on(queue, job, now.toEpochMilli());
          if (queue.limits.hasStirred(before)) {
            queue.ring();
          }
          return reply;
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
    } else if (job.journal.hasEntries()) {
      return ask(queue, job, now);
    }
    boolean stood = job.stands();
    queue.takeOut(job);
    MemoryEnds ends = new MemoryEnds(queue, now, retention);
    ends.cancel(job, StateReason.CANCELLED_ON_REQUEST);
    leftBy(queue, job, stood);
    ends.trimDone();
    return ActReply.DONE;
  }

  /** A run that has something to undo is not ended, but asked; the first time it is woken. */
  private static ActReply ask(MemoryQueue queue, MemoryJob job, long now) {
    if (!job.cancelRequested && job.isDueLater()) {
      queue.wake(job, now);
    }
    job.cancelRequested = true;
    return ActReply.REQUESTED;
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
          queue.subjects.listenAgain(job);
          queue.toTail(job);
          queue.ring();
          return ActReply.DONE;
        });
  }

  @Override
  public ActReply reschedule(QueueRef ref, String key, Instant runAt) {
    long at = Math.max(0, runAt.toEpochMilli());
    return actOnWaiting(
        ref,
        key,
        (queue, job, now) -> {
          boolean stood = job.stands();
          // A parked job is ready: for now it waits where it is.
          if (at > now || job.state != JobState.PARKED) {
            moveTo(queue, job, at, now);
          }
          if (at > now) {
            queue.limits.giveUpTurn(job);
            leftBy(queue, job, stood);
          }
          return ActReply.DONE;
        });
  }

  @Override
  public ActReply runNow(QueueRef ref, String key) {
    return actOnWaiting(
        ref,
        key,
        (queue, job, now) -> {
          if (!job.isDueLater()) {
            return ActReply.NOT_APPLICABLE;
          }
          moveTo(queue, job, now, now);
          return ActReply.DONE;
        });
  }

  /** Whoever stood in a lane or a line makes room for the next. */
  private static void leftBy(MemoryQueue queue, MemoryJob job, boolean stood) {
    if (stood) {
      queue.limits.withdrawn(job);
    }
  }

  private static void moveTo(MemoryQueue queue, MemoryJob job, long at, long now) {
    Long firstDue = queue.due.firstScore();
    boolean suspended = job.state == JobState.WAITING;
    queue.leave(job);
    job.readyAt = Math.max(at, now);
    if (at <= now) {
      queue.join(job);
      queue.ring();
    } else {
      if (suspended) {
        queue.suspend(job, at);
      } else {
        queue.schedule(job, at);
      }
      if (firstDue == null || at < firstDue) {
        queue.ring();
      }
    }
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
          if (job.state == JobState.PARKED) {
            queue.limits.prioritize(job, priority);
          } else if (moves && job.priority != priority) {
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
          boolean stood = job.stands();
          queue.forget(job);
          queue.uniques.forget(job);
          leftBy(queue, job, stood);
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
          List<String> keys = new ArrayList<>();
          for (Lane lane : Lane.values()) {
            keys.addAll(queue.lane(lane).page(0, MOST_PURGED - keys.size()));
          }
          keys.addAll(queue.limits.page(0, MOST_PURGED - keys.size()));
          keys.addAll(queue.due.page(0, MOST_PURGED - keys.size()));
          Mark before = queue.limits.mark();
          keys.forEach(key -> purge(queue, queue.job(key)));
          if (queue.limits.hasStirred(before)) {
            queue.ring();
          }
          return keys.size();
        });
  }

  private static void purge(MemoryQueue queue, MemoryJob job) {
    boolean stood = job.stands();
    queue.forget(job);
    queue.uniques.letGo(job);
    leftBy(queue, job, stood);
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
  public void limit(QueueRef ref, LimitScope scope, @Nullable Limit limit) {
    store.run(
        ref,
        (queue, now) -> {
          queue.limits.limit(scope, limit);
          queue.ring();
        });
  }

  @Override
  public void pauseType(QueueRef ref, String type, boolean paused) {
    store.run(
        ref,
        (queue, now) -> {
          queue.limits.pauseType(type, paused);
          queue.ring();
        });
  }

  @Override
  public List<LimitSetting> limits(QueueRef ref) {
    return store.act(ref, (queue, now) -> queue.limits.settings());
  }
}
