package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.limit.LimitScope.Kind;
import dev.holdfast.spi.Control.LimitSetting;
import dev.holdfast.testkit.MemoryScope.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What of one queue may run, and the jobs that are parked meanwhile. Guarded by the lock of its
 * queue.
 *
 * <p>Nobody looks at a parked job by the way, so whoever makes room lets the next one go: an active
 * job that is active no more, one that gives its turn up, one that leaves its lane or is parked
 * elsewhere although this scope had let it through. What time alone makes room for, permits and the
 * end of a back-off, has a wake: an instant at which a turn looks again.
 */
final class MemoryLimits {
  private static final int MOST_WAKES = 100;

  private final MemoryQueue queue;
  private final Map<LimitScope, LimitSetting> settings = new HashMap<>();
  private final MemoryScope whole = new MemoryScope(LimitScope.queue());

  /** By name. */
  private final NavigableMap<String, MemoryScope> scopes = new TreeMap<>();

  /** The name of a scope to when it is to be looked at, epoch ms. */
  private final ScoredKeys wakes = new ScoredKeys();

  /**
   * What an act may have changed for idle workers.
   *
   * @param letGo how many jobs were ever let go
   * @param look when a turn may find more, epoch ms
   */
  record Mark(long letGo, @Nullable Long look) {}

  private long lastNumber;
  private long letGo;

  MemoryLimits(MemoryQueue queue) {
    this.queue = queue;
  }

  // What is allowed.

  List<LimitSetting> settings() {
    return List.copyOf(settings.values());
  }

  void limit(LimitScope scope, @Nullable Limit limit) {
    LimitSetting old = settings.get(scope);
    set(new LimitSetting(scope, limit, old != null && old.paused()));
  }

  void pauseType(String type, boolean paused) {
    LimitScope scope = LimitScope.type(type);
    LimitSetting old = settings.get(scope);
    set(new LimitSetting(scope, old == null ? null : old.limit(), paused));
  }

  private void set(LimitSetting setting) {
    if (setting.limit() == null && !setting.paused()) {
      settings.remove(setting.scope());
    } else {
      settings.put(setting.scope(), setting);
    }
    whole.allow(settings.get(whole.scope));
    for (MemoryScope scope : scopes.values()) {
      if (scope.allow(settingOf(scope.scope)) && !scope.line.isEmpty()) {
        wakes.put(scope.name(), queue.nowMillis());
      }
    }
  }

  private @Nullable LimitSetting settingOf(LimitScope scope) {
    LimitSetting own = settings.get(scope);
    return own == null && scope.kind() == Kind.KEY ? settings.get(LimitScope.eachKey()) : own;
  }

  private MemoryScope scope(LimitScope of) {
    return scopes.computeIfAbsent(
        of.toString(),
        name -> {
          MemoryScope made = new MemoryScope(of);
          made.allow(settingOf(of));
          return made;
        });
  }

  /**
   * The scopes of a job, in the order they are looked at: its type first, but before that an
   * ordered key, for a job that its type keeps waiting has its turn all the same.
   */
  List<MemoryScope> scopesOf(MemoryJob job) {
    MemoryScope type = scope(LimitScope.type(job.type));
    MemoryScope key = keyOf(job);
    if (key == null) {
      return List.of(type);
    }
    return key.ordered() ? List.of(key, type) : List.of(type, key);
  }

  private @Nullable MemoryScope keyOf(MemoryJob job) {
    return job.limitKey == null ? null : scope(LimitScope.key(job.limitKey));
  }

  // The queue's own limit.

  boolean hasOwnLimit() {
    return settings.containsKey(whole.scope);
  }

  /** Whether the queue's own limit lets a job be claimed. */
  boolean allows(MemoryJob job) {
    return whole.admits(queue.leases.size(), job.cost, queue.nowMicros);
  }

  // Claims.

  /**
   * The scope that does not let a job be claimed; null: all do. If it is its turn in an ordered
   * key, it has it from then on.
   */
  @Nullable MemoryScope barrierOf(MemoryJob job) {
    for (MemoryScope scope : scopesOf(job)) {
      if (!scope.admits(job, queue.nowMicros)) {
        return scope;
      }
      scope.takeTurn(job);
    }
    return null;
  }

  /** A job was claimed: it takes its places and permits. */
  void claimed(MemoryJob job) {
    job.inLineSince = null;
    whole.tat = whole.after(whole.tat, job.cost, queue.nowMicros);
    scopesOf(job).forEach(scope -> scope.take(job, queue.nowMicros));
  }

  /** A job is active no more. */
  void freed(MemoryJob job) {
    for (MemoryScope scope : scopesOf(job)) {
      scope.active.remove(job.key);
      letNextGo(scope);
    }
  }

  /** A job has ended, or was moved or removed by an operator: if it was its turn, the next goes. */
  void giveUpTurn(MemoryJob job) {
    MemoryScope key = keyOf(job);
    if (key != null && key.turns.remove(job.key)) {
      letNextGo(key);
    }
  }

  /** A job that stood in a lane or a line was taken out by an operator. */
  void withdrawn(MemoryJob job) {
    job.inLineSince = null;
    giveUpTurn(job);
    scopesOf(job).forEach(this::letNextGo);
  }

  /** Nobody of a job's limit key is claimed for a while. */
  void backOff(MemoryJob job, Duration delay) {
    MemoryScope key = keyOf(job);
    if (key != null) {
      long until = (queue.nowMillis() + delay.toMillis()) * 1_000;
      key.blockedUntil = Math.max(key.blockedUntil, until);
    }
  }

  // Lines.

  /** Parks a job that a worker has met and may not claim. */
  void park(MemoryJob job, MemoryScope by) {
    enter(job, by, false);
    // It came so far because its other scopes let it: that now is the next one's.
    scopesOf(job).stream().filter(scope -> scope != by).forEach(this::letNextGo);
  }

  /** Parks a job that has backed off, before all others of its key. */
  void parkFirst(MemoryJob job) {
    MemoryScope key = Objects.requireNonNull(keyOf(job));
    job.readyAt = key.blockedUntil / 1_000;
    enter(job, key, true);
    wakes.putIfAbsent(key.name(), job.readyAt);
  }

  /** Parks a job; it must be in no place. */
  void enter(MemoryJob job, MemoryScope by, boolean first) {
    job.state = JobState.PARKED;
    job.parkedBy = by.scope;
    job.inLineSince = job.inLineSince == null ? Long.valueOf(++lastNumber) : job.inLineSince;
    stand(job, by, new Place(rank(job, by, first), job.inLineSince, job.key));
    MemoryJob head = queue.job(by.line.first().job());
    Long at = by.hasPlaceFor(head.key, 0) ? by.opens(by.tat, head.cost, queue.nowMicros) : null;
    if (at != null) {
      wakes.putIfEarlier(by.name(), at);
    }
  }

  private static void stand(MemoryJob job, MemoryScope by, Place place) {
    job.place = place;
    by.line.add(place);
  }

  private int rank(MemoryJob job, MemoryScope by, boolean first) {
    MemoryScope key = keyOf(job);
    if (first || job.crashes > 1 || (key != null && key.turns.contains(job.key))) {
      return 0;
    }
    if (by.ordered()) {
      return 1;
    }
    return switch (job.priority) {
      case HIGH -> 1;
      case NORMAL -> 2;
      case LOW -> 3;
    };
  }

  /** Takes a parked job out of its line. */
  void takeOut(MemoryJob job) {
    MemoryScope by = scope(Objects.requireNonNull(job.parkedBy));
    by.line.remove(Objects.requireNonNull(job.place));
    job.parkedBy = null;
    job.place = null;
    if (by.line.isEmpty()) {
      wakes.remove(by.name());
    }
  }

  /** Gives a parked job another priority; it keeps the time it has waited. */
  void prioritize(MemoryJob job, Priority priority) {
    MemoryScope by = scope(Objects.requireNonNull(job.parkedBy));
    Place old = Objects.requireNonNull(job.place);
    by.line.remove(old);
    job.priority = priority;
    stand(job, by, new Place(rank(job, by, old.rank() == 0), old.number(), job.key));
  }

  int parked() {
    return scopes.values().stream().mapToInt(scope -> scope.line.size()).sum();
  }

  /** The keys of parked jobs, by scope and in their order, leaving out the first ones. */
  List<String> page(long from, int most) {
    return scopes.values().stream()
        .flatMap(scope -> scope.line.stream())
        .skip(from)
        .limit(most)
        .map(Place::job)
        .toList();
  }

  // Letting go.

  private void letNextGo(MemoryScope scope) {
    int unused = letGo(scope, 1);
  }

  /**
   * Lets up to so many go, as far as their scope allows it; else sees to it that one looks again.
   */
  private int letGo(MemoryScope scope, int most) {
    long tat = scope.tat;
    int gone = 0;
    while (!scope.line.isEmpty()) {
      MemoryJob next = queue.job(scope.line.first().job());
      if (!scope.hasPlaceFor(next.key, gone)) {
        return gone;
      }
      Long at = scope.opens(tat, next.cost, queue.nowMicros);
      if (at != null) {
        wakes.put(scope.name(), at);
        return gone;
      } else if (gone == most) {
        if (scope.hasRate()) {
          wakes.putIfAbsent(scope.name(), queue.nowMillis());
        }
        return gone;
      }
      queue.takeOut(next);
      scope.takeTurn(next);
      queue.toTail(next);
      tat = scope.after(tat, next.cost, queue.nowMicros);
      gone++;
      letGo++;
    }
    return gone;
  }

  Mark mark() {
    return new Mark(letGo, nextLook(true));
  }

  /** Whether somebody was let go since, or is to be looked at earlier. */
  boolean hasStirred(Mark before) {
    Long look = nextLook(true);
    boolean earlier = look != null && (before.look == null || look < before.look);
    return letGo > before.letGo || earlier;
  }

  /** Lets up to so many go whose time has come. */
  void wakeUp(int most) {
    int left = most;
    for (String name : wakes.upTo(queue.nowMillis(), MOST_WAKES)) {
      if (left == 0) {
        return;
      }
      MemoryScope scope = Objects.requireNonNull(scopes.get(name));
      wakes.remove(name);
      left -= letGo(scope, left);
      if (left == 0 && !scope.line.isEmpty()) {
        wakes.putIfAbsent(name, queue.nowMillis());
      }
    }
  }

  boolean wakeIsDue() {
    Long first = wakes.firstScore();
    return first != null && first <= queue.nowMillis();
  }

  /**
   * When a turn may find more to claim than now, as far as limits go: the first wake, or when the
   * queue's own rate lets the next job through. Epoch ms; null: time alone changes nothing.
   *
   * @param past whether a wake counts that is due
   */
  @Nullable Long nextLook(boolean past) {
    List<Long> looks = new ArrayList<>();
    Long wake = past ? wakes.firstScore() : wakes.firstAbove(queue.nowMillis());
    if (wake != null) {
      looks.add(wake);
    }
    MemoryJob next = queue.next();
    if (next != null) {
      Long opens = whole.opens(whole.tat, next.cost, queue.nowMicros);
      if (opens != null) {
        looks.add(opens);
      }
    }
    return looks.stream().min(Long::compare).orElse(null);
  }
}
