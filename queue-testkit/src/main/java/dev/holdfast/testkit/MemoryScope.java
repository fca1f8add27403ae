package dev.holdfast.testkit;

import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Control.LimitSetting;
import java.util.Comparator;
import java.util.HashSet;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of one type, or of one limit key: who is active, whose turn it is, who is parked, and
 * what is allowed. Guarded by the lock of its queue; instants are in µs since 1970 unless they say
 * otherwise.
 */
final class MemoryScope {
  /** Where a parked job stands in its line: by rank, then by when it was parked. */
  record Place(int rank, long number, String job) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
        Comparator.comparingInt(Place::rank).thenComparingLong(Place::number);

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  final LimitScope scope;

  /** The jobs that are active, counted whether there is a limit or not. */
  final Set<String> active = new HashSet<>();

  /**
   * Whose turn it is, if there is an order: one, kept until it has ended for good; more, if they
   * were active when the order was set.
   */
  final Set<String> turns = new HashSet<>();

  final NavigableSet<Place> line = new TreeSet<>();

  /** What was taken of the rate. */
  long tat;

  /** The end of a back-off. */
  long blockedUntil;

  private @Nullable Limit limit;
  private @Nullable Permits permits;
  private boolean paused;

  MemoryScope(LimitScope scope) {
    this.scope = scope;
  }

  String name() {
    return scope.toString();
  }

  /** Changes what is allowed; returns whether that is another thing than before. */
  boolean allow(@Nullable LimitSetting setting) {
    Limit newLimit = setting == null ? null : setting.limit();
    boolean nowPaused = setting != null && setting.paused();
    boolean changed =
        nowPaused != paused || (limit == null ? newLimit != null : !limit.equals(newLimit));
    limit = newLimit;
    paused = nowPaused;
    permits = newLimit == null || newLimit.rate() == null ? null : Permits.of(newLimit.rate());
    if (ordered()) {
      turns.addAll(active);
    } else {
      turns.clear();
    }
    return changed;
  }

  boolean ordered() {
    return limit != null && limit.ordered();
  }

  boolean hasRate() {
    return permits != null;
  }

  private boolean isTurnOf(String job) {
    return !ordered() || turns.contains(job);
  }

  private boolean hasRoom(int taken) {
    return limit == null || limit.concurrency() == null || taken < limit.concurrency();
  }

  /** Whether a place is there for a job at the head of the line, so many others having gone now. */
  boolean hasPlaceFor(String job, int gone) {
    return !paused && hasRoom(active.size() + gone) && (isTurnOf(job) || turns.isEmpty());
  }

  /** Whether a job that a worker has met may be claimed. */
  boolean admits(MemoryJob job, long now) {
    boolean turn = isTurnOf(job.key) || (turns.isEmpty() && line.isEmpty());
    return !paused && turn && hasRoom(active.size()) && opens(tat, job.cost, now) == null;
  }

  /** Whether a new job may go into its lane, so many others having done so in the same call. */
  boolean welcomes(int others, long now) {
    boolean unlimited = limit == null && !paused && blockedUntil <= now;
    boolean place = turns.isEmpty() && hasRoom(active.size() + others);
    return unlimited || (place && !paused && blockedUntil <= now && line.isEmpty());
  }

  /** As {@link #admits}, for the scope of the queue, of which so many jobs are active. */
  boolean admits(int taken, int cost, long now) {
    return hasRoom(taken) && opens(tat, cost, now) == null;
  }

  /**
   * When to look again at a job that has a place, in ms since 1970; null: it may go now.
   *
   * @param taken the tat to go by
   */
  @Nullable Long opens(long taken, int cost, long now) {
    if (blockedUntil > now) {
      return -Math.floorDiv(-blockedUntil, 1_000L);
    }
    boolean open = permits == null || permits.allows(taken, cost, now);
    return open || permits == null ? null : Long.valueOf(permits.lookAt(taken, cost, now));
  }

  /** The tat after a claim at so many permits. */
  long after(long taken, int cost, long now) {
    return permits == null ? taken : permits.take(taken, cost, now);
  }

  /** A job was claimed. */
  void take(MemoryJob job, long now) {
    active.add(job.key);
    takeTurn(job);
    tat = after(tat, job.cost, now);
  }

  /** If there is an order, it is this job's turn. */
  void takeTurn(MemoryJob job) {
    if (ordered()) {
      turns.add(job.key);
    }
  }
}
