package dev.holdfast;

import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.deadletter.DeadLetterFilter;
import dev.holdfast.deadletter.DeadLetterQueue;
import dev.holdfast.deadletter.RedriveResult;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Page;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.QueueRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The dead letters of a queue as the engine's {@link Control} shows them.
 *
 * <p>What is for all letters first reads the ids of those that fit, page by page, and only then
 * acts on each id once. A letter that dies again meanwhile has the same id, so it is not redriven
 * twice and a job that always fails cannot keep {@link #redriveAll} busy for ever. Letters that die
 * after the first page was read come before it in the list and are not seen. The ids are kept in
 * memory: about 100 bytes a letter, 10 MB for the 100,000 that retention keeps by default.
 */
final class EngineDeadLetterQueue implements DeadLetterQueue {
  private static final int PAGE = 200;
  private static final int MOST_A_SECOND = 100_000;

  private final QueueRef queue;
  private final Supplier<Control> control;
  private final JobViews views;

  /**
   * Creates the view of a queue's dead letters.
   *
   * @param control the engine's, or an exception once Holdfast is closed
   */
  EngineDeadLetterQueue(QueueRef queue, Supplier<Control> control, JobViews views) {
    this.queue = queue;
    this.control = control;
    this.views = views;
  }

  @Override
  public long size() {
    return control.get().stats(queue).dead();
  }

  @Override
  public Page<DeadLetter> list(@Nullable String cursor, int size) {
    int most = JobViews.pageSize(size);
    return JobViews.page(
        queue, control.get().list(queue, JobState.DEAD, cursor, most), views::deadLetter);
  }

  @Override
  public Optional<DeadLetter> read(JobId id) {
    QueueRef where = in(id);
    return control
        .get()
        .find(where, id.key())
        .filter(job -> job.state() == JobState.DEAD)
        .map(job -> views.deadLetter(where, job));
  }

  @Override
  public RedriveResult redrive(JobId id) {
    QueueRef where = in(id);
    return switch (control.get().redrive(where, id.key())) {
      case DONE -> RedriveResult.REDRIVEN;
      case MISSING -> RedriveResult.BODY_MISSING;
      case NOT_FOUND -> RedriveResult.NOT_FOUND;
      case KEY_TAKEN -> RedriveResult.UNIQUE_KEY_TAKEN;
      case NOT_APPLICABLE, ACTIVE, REQUESTED, ON_RETURN, ENDED -> RedriveResult.NOT_DEAD;
    };
  }

  @Override
  public long redriveAll(DeadLetterFilter filter, int perSecond) {
    if (perSecond < 1 || perSecond > MOST_A_SECOND) {
      throw new IllegalArgumentException(
          "perSecond is " + perSecond + "; it must be 1 to " + MOST_A_SECOND);
    }
    return forEach(filter, perSecond, id -> redrive(id) == RedriveResult.REDRIVEN);
  }

  /** Acts on every letter that fits, at most so many a second, and counts where it was done. */
  long forEach(DeadLetterFilter filter, int perSecond, Predicate<JobId> act) {
    long gap = 1_000_000_000L / perSecond;
    // Now, less a gap: the first does not wait.
    long[] last = {System.nanoTime() - gap};
    return forEach(
        filter,
        id -> {
          if (!waitUntil(last[0] + gap)) {
            return false;
          }
          last[0] = System.nanoTime();
          return act.test(id);
        });
  }

  @Override
  public boolean purge(JobId id) {
    QueueRef where = in(id);
    return control.get().deleteDead(where, id.key()) == ActReply.DONE;
  }

  @Override
  public long purgeAll(DeadLetterFilter filter) {
    return forEach(filter, this::purge);
  }

  /** Acts on every letter that fits, the oldest first, and counts where the act was done. */
  private long forEach(DeadLetterFilter filter, Predicate<JobId> act) {
    long done = 0;
    for (JobId id : idsOf(filter)) {
      if (Thread.currentThread().isInterrupted()) {
        break;
      }
      if (act.test(id)) {
        done++;
      }
    }
    return done;
  }

  private List<JobId> idsOf(DeadLetterFilter filter) {
    Objects.requireNonNull(filter, "filter");
    // A set: a letter that slips to the next page while the list is read is seen twice.
    Set<JobId> ids = new LinkedHashSet<>();
    String cursor = null;
    do {
      Page<DeadLetter> page = list(cursor, PAGE);
      page.items().stream().filter(filter::fits).map(DeadLetter::id).forEach(ids::add);
      cursor = page.next();
    } while (cursor != null && !Thread.currentThread().isInterrupted());
    List<JobId> oldestFirst = new ArrayList<>(ids);
    Collections.reverse(oldestFirst);
    return oldestFirst;
  }

  /** Waits for an instant of the monotonic clock; false if interrupted, which is kept. */
  private static boolean waitUntil(long nanos) {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      LockSupport.parkNanos(EngineDeadLetterQueue.class, left);
      if (Thread.currentThread().isInterrupted()) {
        return false;
      }
    }
    return true;
  }

  private QueueRef in(JobId id) {
    return JobViews.in(queue.name(), id);
  }
}
