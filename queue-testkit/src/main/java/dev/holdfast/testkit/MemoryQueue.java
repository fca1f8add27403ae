package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.QueueRef;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All that is stored of one queue, and the moves of a job between its places. A job is in exactly
 * one of: a lane, {@link #due}, a line of {@link #limits}, {@link #leases}, {@link #dead}, {@link
 * #done}; its state says which. Each move takes it out of one and puts it into the next.
 *
 * <p>Everything here is guarded by {@link #lock}.
 */
final class MemoryQueue {
  /**
   * An idempotency key's job, until when the key is taken, epoch ms, and what the job's payload is
   * told by, if that is known.
   */
  record Named(String key, long end, @Nullable String payload) {}

  /**
   * Who takes a turn at the next due time.
   *
   * @param keeper the consumer
   * @param until the end of its term, epoch ms
   * @param told the due time it was told, epoch ms
   */
  record Watch(String keeper, long until, long told) {}

  /**
   * A consumer's last turn.
   *
   * @param number the turn's number
   * @param firstToken the least number of the tokens it gave out
   */
  record LastTurn(long number, long firstToken) {}

  /** When a run is due that waits for no instant, epoch ms: in the last second of 9999. */
  static final long NEVER = 253_402_300_799_000L;

  final ReentrantLock lock = new ReentrantLock();
  final QueueRef ref;

  /** For the nonces of tokens and the jitter of reaps; the same in every run. */
  final SplittableRandom random;

  final Map<String, MemoryJob> jobs = new HashMap<>();
  final Map<Lane, ReadyList> lanes = new EnumMap<>(Lane.class);
  final ScoredKeys due = new ScoredKeys();
  final ScoredKeys leases = new ScoredKeys();
  final ScoredKeys dead = new ScoredKeys();
  final ScoredKeys done = new ScoredKeys();

  /** Consumer to the keys it holds, in the order they were claimed. */
  final Map<String, Set<String>> held = new HashMap<>();

  /** Consumer to when it was last tidied. */
  final ScoredKeys workers = new ScoredKeys();

  /** Consumer to its last turn, and to when that was. */
  final Map<String, LastTurn> turns = new HashMap<>();

  final ScoredKeys turnsSeen = new ScoredKeys();

  /** Idempotency key to its job, and to its end. */
  final Map<String, Named> names = new HashMap<>();

  final ScoredKeys nameEnds = new ScoredKeys();

  /** Who holds which unique key. */
  final MemoryUniques uniques = new MemoryUniques(this);

  /** What may run, and the jobs that wait for that. */
  final MemoryLimits limits = new MemoryLimits(this);

  /** Which jobs listen for what. */
  final MemorySubjects subjects = new MemorySubjects();

  /** The ends that parents were not told of. */
  final MemoryUntold untold = new MemoryUntold();

  /** By name. */
  final NavigableMap<String, MemorySchedule> schedules = new TreeMap<>();

  /** Schedule to when it is to be looked at. */
  final ScoredKeys ticks = new ScoredKeys();

  private final BellTokens bells;

  /** The instant of the act under way, µs since 1970. */
  long nowMicros;

  boolean paused;

  /** How many jobs it may hold; null: as each enqueue says. */
  @Nullable Long bound;

  @Nullable Watch watch;
  long lastToken;
  long nextReap;
  @Nullable Long lastReap;
  long graceUntil;

  MemoryQueue(QueueRef ref, BellTokens bells) {
    this.ref = ref;
    this.bells = bells;
    this.random = new SplittableRandom(ref.hashCode());
    for (Lane lane : Lane.values()) {
      lanes.put(lane, new ReadyList());
    }
  }

  /** The act under way is judged by this instant. */
  void judgeAt(Instant now) {
    nowMicros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
  }

  long nowMillis() {
    return Math.floorDiv(nowMicros, 1_000L);
  }

  ReadyList lane(Lane lane) {
    return Objects.requireNonNull(lanes.get(lane));
  }

  MemoryJob job(String key) {
    return Objects.requireNonNull(jobs.get(key));
  }

  int ready() {
    return lanes.values().stream().mapToInt(ReadyList::size).sum();
  }

  /** The job at the head of the first lane that has one. */
  @Nullable MemoryJob next() {
    return lanes.values().stream()
        .map(ReadyList::first)
        .filter(Objects::nonNull)
        .findFirst()
        .map(this::job)
        .orElse(null);
  }

  /** How many jobs could be claimed now, those included that would be parked then. */
  int claimable() {
    MemoryJob next = next();
    int ready = next == null || !limits.allows(next) ? 0 : ready();
    int waking = limits.wakeIsDue() ? 1 : 0;
    return paused ? 0 : ready + due.countUpTo(nowMillis()) + waking;
  }

  /** When the next job is due, epoch ms; null: none is, or none that waits for an instant. */
  @Nullable Long firstDue() {
    Long head = due.firstScore();
    return head == null || head == NEVER ? null : head;
  }

  /**
   * When the next job is due, or time lets one be claimed; epoch ms.
   *
   * @param past whether a parked one counts whose time has come
   */
  @Nullable Long nextDue(boolean past) {
    Long head = firstDue();
    Long look = limits.nextLook(past);
    return head == null || (look != null && look < head) ? look : head;
  }

  /** Whether a job is due, or time may have let one be claimed. */
  boolean timeHasCome() {
    Long head = nextDue(true);
    boolean due = head != null && head <= nowMillis();
    return due || (limits.hasOwnLimit() && claimable() > 0);
  }

  /** The keys of the jobs that some consumers hold. */
  List<String> heldBy(Predicate<String> consumers) {
    return held.entrySet().stream()
        .filter(entry -> consumers.test(entry.getKey()))
        .flatMap(entry -> entry.getValue().stream())
        .toList();
  }

  /** Wakes an idle worker, unless the queue is paused. */
  void ring() {
    if (!paused) {
      bells.ring(ref);
    }
  }

  // Moves.

  /** Adds a new job; it is in no place yet. */
  void add(MemoryJob job) {
    jobs.put(job.key, job);
    if (job.ties != null) {
      subjects.listen(job, job.ties.subjects());
    }
  }

  /** To the tail of its lane. */
  void toTail(MemoryJob job) {
    job.state = JobState.READY;
    lane(job.lane()).addLast(job.key);
  }

  /** Into its lane, as an operator moves it: to the place it left there, else to the tail. */
  void join(MemoryJob job) {
    job.state = JobState.READY;
    lane(job.lane()).join(job.key);
  }

  /** To the head of its lane; the last of a list first, so that they keep their order. */
  void toHead(List<MemoryJob> inOrder) {
    for (int i = inOrder.size() - 1; i >= 0; i--) {
      MemoryJob job = inOrder.get(i);
      job.state = JobState.READY;
      lane(job.lane()).addFirst(job.key);
    }
  }

  /** Waits for an instant, epoch ms. */
  void schedule(MemoryJob job, long at) {
    job.state = JobState.SCHEDULED;
    due.put(job.key, at);
  }

  /** Waits for messages, and for an instant, epoch ms; {@link #NEVER}: for messages only. */
  void suspend(MemoryJob job, long at) {
    job.state = JobState.WAITING;
    due.put(job.key, at);
  }

  /** Makes a job ready that waits for an instant or for messages, and wakes a worker. */
  void wake(MemoryJob job, long now) {
    takeOut(job);
    job.readyAt = now;
    toTail(job);
    ring();
  }

  /**
   * Writes an append that fits into the journal of a job.
   *
   * @return when the last of its entries was written
   */
  Instant write(MemoryJob job, Append append, Instant now) {
    subjects.listen(job, append.subjects());
    return job.journal.write(append, now);
  }

  /** Held by its consumer, which is set, until an instant, epoch ms. */
  void hold(MemoryJob job, long leaseEnd) {
    job.state = JobState.ACTIVE;
    leases.put(job.key, leaseEnd);
    held.computeIfAbsent(Objects.requireNonNull(job.consumer), c -> new LinkedHashSet<>())
        .add(job.key);
  }

  /**
   * Takes a job out of where it is; call it before anything that decides its lane changes. Whoever
   * held it holds it no more. The caller puts it somewhere else, or forgets it.
   */
  void takeOut(MemoryJob job) {
    switch (job.state) {
      case READY -> lane(job.lane()).remove(job.key);
      case SCHEDULED, WAITING -> due.remove(job.key);
      case ACTIVE -> {
        leases.remove(job.key);
        String consumer = Objects.requireNonNull(job.consumer);
        Set<String> keys = held.getOrDefault(consumer, Set.of());
        if (keys.remove(job.key) && keys.isEmpty()) {
          held.remove(consumer);
        }
        job.consumer = null;
        limits.freed(job);
      }
      case PARKED -> limits.takeOut(job);
      case DEAD -> dead.remove(job.key);
      case SUCCEEDED, CANCELLED -> done.remove(job.key);
    }
  }

  /** As {@link #takeOut}, for a job that waits and that an operator moves. */
  void leave(MemoryJob job) {
    if (job.state == JobState.READY) {
      lane(job.lane()).leave(job.key);
    } else {
      takeOut(job);
    }
  }

  /** Frees the idempotency key of a job. */
  void forgetName(String jobKey) {
    names.entrySet().stream()
        .filter(entry -> entry.getValue().key().equals(jobKey))
        .map(Map.Entry::getKey)
        .toList()
        .forEach(
            name -> {
              names.remove(name);
              nameEnds.remove(name);
            });
  }

  /** Removes every trace of a job, but for the end of one that had not ended and has a parent. */
  void forget(MemoryJob job) {
    if (!job.ended()) {
      untold.add(job, JobState.CANCELLED, StateReason.CANCELLED_ON_REQUEST);
    }
    takeOut(job);
    drop(job);
  }

  /** Removes every trace of a job that was taken out. */
  void drop(MemoryJob job) {
    jobs.remove(job.key);
    subjects.leave(job);
    forgetPlaces(job);
    limits.giveUpTurn(job);
  }

  /** A job that ends has no place to come back to. */
  void forgetPlaces(MemoryJob job) {
    lanes.values().forEach(lane -> lane.forgetPlace(job.key));
  }

  /** Back into its lane, or after a delay; it must have been taken out. */
  void queueAgain(MemoryJob job, StateReason reason, long now, Duration delay) {
    job.reason = reason;
    job.since = now;
    job.readyAt = now + delay.toMillis();
    if (job.readyAt > now) {
      schedule(job, job.readyAt);
    } else {
      toTail(job);
    }
  }
}
