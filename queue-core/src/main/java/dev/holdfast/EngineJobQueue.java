package dev.holdfast;

import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.Naming;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueStats;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.limit.LimitScope.Kind;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.Control.LimitSetting;
import dev.holdfast.spi.QueueRef;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A queue as the engine's {@link Control} shows it. */
final class EngineJobQueue implements JobQueue {
  /** As far as an engine's instants go; the same as for an enqueue. */
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

  private final QueueRef queue;
  private final Supplier<Control> control;
  private final JobViews views;

  /**
   * Creates the view of a queue.
   *
   * @param control the engine's, or an exception once Holdfast is closed
   */
  EngineJobQueue(QueueRef queue, Supplier<Control> control, JobViews views) {
    this.queue = queue;
    this.control = control;
    this.views = views;
  }

  @Override
  public String name() {
    return queue.name();
  }

  @Override
  public QueueStats stats() {
    return control.get().stats(queue);
  }

  @Override
  public Page<JobStatus> jobs(JobState state, @Nullable String cursor, int size) {
    Objects.requireNonNull(state, "state");
    int most = JobViews.pageSize(size);
    return JobViews.page(queue, control.get().list(queue, state, cursor, most), views::status);
  }

  @Override
  public void pause() {
    control.get().pause(queue, true);
  }

  @Override
  public void resume() {
    control.get().pause(queue, false);
  }

  @Override
  public void pauseType(String type) {
    control.get().pauseType(queue, Naming.type(type), true);
  }

  @Override
  public void resumeType(String type) {
    control.get().pauseType(queue, Naming.type(type), false);
  }

  @Override
  public Set<String> pausedTypes() {
    return control.get().limits(queue).stream()
        .filter(LimitSetting::paused)
        .map(setting -> setting.scope().name())
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void limit(LimitScope scope, Limit limit) {
    Objects.requireNonNull(limit, "limit");
    boolean keys = scope.kind() == Kind.KEY || scope.kind() == Kind.EACH_KEY;
    if (limit.ordered() && !keys) {
      throw new IllegalArgumentException(
          "only keys have an order; " + scope + " of queue " + queue.name() + " has none");
    }
    control.get().limit(queue, scope, limit);
  }

  @Override
  public void unlimit(LimitScope scope) {
    control.get().limit(queue, Objects.requireNonNull(scope, "scope"), null);
  }

  @Override
  public Map<LimitScope, Limit> limits() {
    Map<LimitScope, Limit> limits = new HashMap<>();
    for (LimitSetting setting : control.get().limits(queue)) {
      if (setting.limit() != null) {
        limits.put(setting.scope(), setting.limit());
      }
    }
    return Collections.unmodifiableMap(limits);
  }

  @Override
  public MoveResult runNow(JobId id) {
    QueueRef where = in(id);
    return moved(control.get().runNow(where, id.key()));
  }

  @Override
  public MoveResult reschedule(JobId id, Instant runAt) {
    Objects.requireNonNull(runAt, "runAt");
    if (runAt.isAfter(LATEST)) {
      throw new IllegalArgumentException(
          "runAt is " + runAt + "; it must be " + LATEST + " at most");
    }
    QueueRef where = in(id);
    return moved(control.get().reschedule(where, id.key(), runAt));
  }

  @Override
  public MoveResult changePriority(JobId id, Priority priority) {
    Objects.requireNonNull(priority, "priority");
    QueueRef where = in(id);
    return moved(control.get().prioritize(where, id.key(), priority));
  }

  @Override
  public DeleteResult delete(JobId id) {
    QueueRef where = in(id);
    return switch (control.get().delete(where, id.key())) {
      case ACTIVE, REQUESTED, ON_RETURN -> DeleteResult.ACTIVE;
      case NOT_FOUND -> DeleteResult.NOT_FOUND;
      case DONE, ENDED, NOT_APPLICABLE, MISSING, KEY_TAKEN -> DeleteResult.DELETED;
    };
  }

  @Override
  public long purge() {
    long purged = 0;
    while (!Thread.currentThread().isInterrupted()) {
      int some = control.get().purge(queue);
      if (some == 0) {
        break;
      }
      purged += some;
    }
    return purged;
  }

  @Override
  public void changeBound(long jobs) {
    if (jobs < 1 || jobs > HoldfastOptions.MOST_QUEUE_BOUND) {
      throw new IllegalArgumentException(
          "the bound is " + jobs + "; it must be 1 to " + HoldfastOptions.MOST_QUEUE_BOUND);
    }
    control.get().changeBound(queue, jobs);
  }

  @Override
  public void clearBound() {
    control.get().changeBound(queue, null);
  }

  @Override
  public OptionalLong bound() {
    Long bound = control.get().bound(queue);
    return bound == null ? OptionalLong.empty() : OptionalLong.of(bound);
  }

  private QueueRef in(JobId id) {
    return JobViews.in(queue.name(), id);
  }

  private static MoveResult moved(ActReply reply) {
    return switch (reply) {
      case DONE -> MoveResult.MOVED;
      case ON_RETURN -> MoveResult.ON_RETURN;
      case NOT_APPLICABLE, MISSING, KEY_TAKEN -> MoveResult.UNCHANGED;
      case ACTIVE, REQUESTED -> MoveResult.ACTIVE;
      case ENDED -> MoveResult.ALREADY_ENDED;
      case NOT_FOUND -> MoveResult.NOT_FOUND;
    };
  }
}
