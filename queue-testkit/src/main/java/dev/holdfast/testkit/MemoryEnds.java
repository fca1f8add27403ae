package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;

/**
 * Every way a job ends, and the trimming of those that have: one for each act on a queue, with the
 * queue's lock held.
 */
final class MemoryEnds {
  private static final int MORE_THAN_ADDED = 10;

  private final MemoryQueue queue;
  private final long now;
  private final Retention retention;
  private int addedDone;
  private int addedDead;

  MemoryEnds(MemoryQueue queue, long now, Retention retention) {
    this.queue = queue;
    this.now = now;
    this.retention = retention;
  }

  void succeed(MemoryJob job) {
    finish(job, JobState.SUCCEEDED, StateReason.COMPLETED);
  }

  void cancel(MemoryJob job, StateReason reason) {
    finish(job, JobState.CANCELLED, reason);
  }

  /** Makes a dead letter of a job that was taken out. */
  void bury(MemoryJob job, StateReason reason) {
    ended(job, JobState.DEAD, reason);
    queue.dead.put(job.key, now + retention.dead().toMillis());
    addedDead++;
  }

  private void finish(MemoryJob job, JobState state, StateReason reason) {
    ended(job, state, reason);
    job.envelope = null;
    job.notes.ended();
    if (retention.done().toMillis() > 0 && retention.maxDone() > 0) {
      queue.done.put(job.key, now + retention.done().toMillis());
      addedDone++;
    } else {
      queue.drop(job);
    }
  }

  private void ended(MemoryJob job, JobState state, StateReason reason) {
    job.state = state;
    job.reason = reason;
    job.since = now;
    queue.untold.add(job, state, reason);
    queue.subjects.leave(job);
    queue.forgetPlaces(job);
    queue.uniques.letGo(job);
    queue.limits.giveUpTurn(job);
  }

  /** Removes done jobs that are past their time or over the bound; see {@link #trim()}. */
  void trimDone() {
    trim(queue.done, addedDone, retention.maxDone());
  }

  /**
   * Removes what is past its time or over the bound: at most what was added and ten more, as a
   * store would whose work must stay bounded.
   *
   * @return how many dead letters were removed
   */
  int trim() {
    trimDone();
    return trim(queue.dead, addedDead, retention.maxDead());
  }

  private int trim(ScoredKeys ended, int added, int mostKept) {
    int most = added + MORE_THAN_ADDED;
    int expired = ended.upTo(now, most).size();
    int over = Math.max(0, ended.size() - mostKept);
    var keys = ended.page(0, Math.min(most, Math.max(expired, over)));
    keys.forEach(key -> queue.forget(queue.job(key)));
    return keys.size();
  }
}
