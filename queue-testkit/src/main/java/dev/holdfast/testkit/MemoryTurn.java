package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.TurnReply;
import dev.holdfast.testkit.MemoryQueue.LastTurn;
import dev.holdfast.testkit.MemoryQueue.Watch;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One turn of a consumer, taken with the queue's lock held: outcomes in, due jobs promoted, jobs
 * claimed, and what the caller should know. Used once.
 */
final class MemoryTurn {
  private static final int MOST_BYTES = 1 << 20;
  private static final long LONGEST_WATCH = Duration.ofSeconds(10).toMillis();

  /** What an asked-for cancel leaves as it is; a last failure it does not. */
  private static final Set<StateReason> BURIED_BY_ITSELF =
      Set.of(StateReason.BURIED, StateReason.MALFORMED, StateReason.UNKNOWN_TYPE);

  private final MemoryQueue queue;
  private final Turn turn;
  private final StepGate gate;
  private final long now;
  private final long nowMicros;
  private final MemoryEnds ends;
  private final List<MemoryJob> released = new ArrayList<>();
  private final List<Claim> claims = new ArrayList<>();
  private long claimedBytes;

  /** The room of the turn, or less if a test lets workers claim less. */
  private int admitted;

  private boolean cut;
  private boolean pushed;
  private long nextToken;
  private final String nonce;

  MemoryTurn(MemoryQueue queue, Instant now, Turn turn, StepGate gate) {
    this.queue = queue;
    this.gate = gate;
    this.admitted = turn.room();
    this.turn = turn;
    this.now = now.toEpochMilli();
    this.nowMicros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
    this.ends = new MemoryEnds(queue, this.now, turn.retention());
    this.nextToken = Math.max(queue.lastToken + 1, nowMicros);
    this.nonce = HexFormat.of().toHexDigits(queue.random.nextLong());
  }

  TurnReply take() {
    LastTurn last = queue.turns.getOrDefault(turn.consumer(), new LastTurn(0, 0));
    if (turn.number() < last.number()) {
      return new TurnReply(true, List.of(), List.of(), false, false, null, 0, 0);
    }
    boolean repeated = turn.number() == last.number();
    if (!repeated) {
      queue.turns.put(turn.consumer(), new LastTurn(turn.number(), nextToken));
    }
    queue.turnsSeen.put(turn.consumer(), now);
    List<Settled> settled = settleAll();
    int promoted = promote();
    if (repeated) {
      handBackLost(last.firstToken());
    } else if (!queue.paused) {
      claimAll();
    }
    boolean more = ring(promoted == Turn.MOST);
    Duration nextDue = watch();
    int trimmed = ends.trim();
    return new TurnReply(false, settled, claims, more, queue.paused, nextDue, trimmed, 0);
  }

  // 1. Outcomes.

  private List<Settled> settleAll() {
    // Looked up first: of two outcomes for a job the second must find what the first made of it,
    // even if retention keeps nothing.
    List<@Nullable MemoryJob> jobs = new ArrayList<>();
    turn.settlements().forEach(settlement -> jobs.add(queue.jobs.get(settlement.held().key())));
    List<Settled> settled = new ArrayList<>();
    for (int i = 0; i < jobs.size(); i++) {
      settled.add(settle(jobs.get(i), turn.settlements().get(i)));
    }
    queue.toHead(released);
    pushed |= !released.isEmpty();
    return settled;
  }

  private Settled settle(@Nullable MemoryJob job, Settlement settlement) {
    if (job == null) {
      return Settled.GONE;
    } else if (!settlement.held().token().equals(job.token)) {
      return job.state == JobState.ACTIVE ? Settled.TAKEN : Settled.UNCLAIMED;
    } else if (job.state != JobState.ACTIVE) {
      return Settled.ALREADY;
    } else if (turn.strict() && leaseIsOver(job)) {
      return Settled.UNCLAIMED;
    }
    queue.takeOut(job);
    Outcome outcome = settlement.outcome();
    boolean asked = job.cancelRequested && !endsByItself(outcome);
    if (asked || (waitsAgain(outcome) && queue.uniques.overtaken(job))) {
      countFailure(job, attemptOf(outcome));
      ends.cancel(job, asked ? StateReason.CANCELLED_ON_REQUEST : StateReason.SUPERSEDED);
      return Settled.CANCELLED;
    }
    apply(job, outcome);
    return Settled.DONE;
  }

  private boolean leaseIsOver(MemoryJob job) {
    Long end = queue.leases.score(job.key);
    return end == null || end < now;
  }

  private static boolean endsByItself(Outcome outcome) {
    return outcome instanceof Outcome.Succeeded
        || outcome instanceof Outcome.Discarded
        || (outcome instanceof Outcome.Buried buried && BURIED_BY_ITSELF.contains(buried.reason()));
  }

  private static boolean waitsAgain(Outcome outcome) {
    return !endsByItself(outcome) && !(outcome instanceof Outcome.Buried);
  }

  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  private static byte @Nullable [] attemptOf(Outcome outcome) {
    if (outcome instanceof Outcome.Retry retry) {
      return retry.attempt();
    }
    return outcome instanceof Outcome.Buried buried ? buried.attempt() : null;
  }

  private static void countFailure(MemoryJob job, byte @Nullable [] attempt) {
    if (attempt != null && attempt.length > 0) {
      job.failures++;
      job.notes.remember(attempt);
    }
  }

  private void apply(MemoryJob job, Outcome outcome) {
    if (outcome instanceof Outcome.Succeeded succeeded) {
      job.notes.result(succeeded.result());
      ends.succeed(job);
    } else if (outcome instanceof Outcome.Retry retry) {
      job.failures++;
      job.crashes = 0;
      job.notes.remember(retry.attempt());
      queueAgain(job, retry.reason(), retry.delay());
    } else if (outcome instanceof Outcome.Snoozed snoozed) {
      job.snoozes++;
      job.crashes = 0;
      queueAgain(job, StateReason.SNOOZED, snoozed.delay());
    } else if (outcome instanceof Outcome.Missed missed) {
      job.misses++;
      job.missedSince = job.missedSince == null ? Long.valueOf(now) : job.missedSince;
      queueAgain(job, StateReason.MISSED, missed.delay());
    } else if (outcome instanceof Outcome.Buried buried) {
      int failures = job.failures;
      countFailure(job, attemptOf(buried));
      job.failures = buried.reason() == StateReason.MALFORMED ? failures : job.failures;
      ends.bury(job, buried.reason());
    } else if (outcome instanceof Outcome.Discarded discarded) {
      if (discarded.attempt() != null) {
        job.notes.remember(discarded.attempt());
      }
      ends.cancel(job, StateReason.DISCARDED);
    } else {
      release(job);
    }
  }

  private void queueAgain(MemoryJob job, StateReason reason, Duration delay) {
    queue.queueAgain(job, reason, now, delay);
    pushed |= job.state == JobState.READY;
  }

  private void release(MemoryJob job) {
    job.state = JobState.READY;
    job.reason = StateReason.RELEASED;
    job.since = now;
    job.readyAt = now;
    // Put into its lane once all outcomes are written: together they keep their order.
    released.add(job);
  }

  // 2. Due jobs.

  private int promote() {
    List<String> keys = queue.due.upTo(now, Turn.MOST);
    for (String key : keys) {
      MemoryJob job = queue.job(key);
      queue.takeOut(job);
      queue.toTail(job);
    }
    pushed |= !keys.isEmpty();
    return keys.size();
  }

  // 3. Claims.

  private void claimAll() {
    int wanted = Math.min(turn.room(), Turn.MOST);
    int room = gate.admit(queue.ref, wanted);
    admitted = room < wanted ? room : admitted;
    if (turn.suspects() && room > 0) {
      claimFrom(Lane.SUSPECT, 1);
    }
    for (Lane lane : order()) {
      claimFrom(lane, room - claims.size());
    }
    gate.claimed(queue.ref, claims);
    if (!claims.isEmpty()) {
      queue.lastToken = nextToken - 1;
      queue.workers.putIfAbsent(turn.consumer(), now);
    }
  }

  /** So that no lane starves: every fourth turn starts at normal, every sixteenth at low. */
  private List<Lane> order() {
    if (turn.number() % 16 == 0) {
      return List.of(Lane.LOW, Lane.HIGH, Lane.NORMAL);
    }
    return turn.number() % 4 == 0
        ? List.of(Lane.NORMAL, Lane.HIGH, Lane.LOW)
        : List.of(Lane.HIGH, Lane.NORMAL, Lane.LOW);
  }

  private void claimFrom(Lane lane, int most) {
    ReadyList ready = queue.lane(lane);
    for (int left = most; left > 0 && !cut; left--) {
      String key = ready.next();
      if (key == null) {
        return;
      }
      MemoryJob job = queue.job(key);
      if (!claims.isEmpty() && claimedBytes + job.size() > MOST_BYTES) {
        cut = true;
      } else {
        claim(job);
      }
    }
  }

  private void claim(MemoryJob job) {
    queue.takeOut(job);
    job.reason = StateReason.CLAIMED;
    job.since = now;
    job.claims++;
    job.token = new ClaimToken(nextToken++, nonce);
    job.consumer = turn.consumer();
    queue.hold(job, now + turn.lease().toMillis());
    give(job);
  }

  private void give(MemoryJob job) {
    claimedBytes += job.size();
    claims.add(job.claim());
  }

  /** What the turn whose answer was lost claimed, and what else its consumer does not name. */
  private void handBackLost(long firstToken) {
    Set<String> named = turn.repeat() ? new HashSet<>(turn.held()) : Set.of();
    for (String key : queue.held.getOrDefault(turn.consumer(), Set.of())) {
      MemoryJob job = queue.job(key);
      // A job claimed in the lost turn may be named for an earlier claim.
      boolean lost =
          !named.contains(key) || (job.token != null && job.token.number() >= firstToken);
      if (lost && (claims.isEmpty() || claimedBytes + job.size() <= MOST_BYTES)) {
        give(job);
      }
    }
  }

  // 4. What is left.

  /** Wakes another worker if work is left; returns whether the caller should go on. */
  private boolean ring(boolean maybeMoreDue) {
    if (queue.paused) {
      return false;
    }
    int suspects = queue.lane(Lane.SUSPECT).size();
    int others = queue.ready() - suspects;
    if (others + suspects > 0 && (!claims.isEmpty() || (pushed && turn.room() == 0))) {
      queue.ring();
    }
    return claims.size() < admitted && (others > 0 || maybeMoreDue);
  }

  // 5. The watch: one worker knows the next due time and takes a turn at that instant.

  private @Nullable Duration watch() {
    long term = turn.watchTerm().toMillis();
    if (term <= 0) {
      return null;
    }
    Long head = queue.due.firstScore();
    Watch watch = queue.watch;
    boolean mine = watch != null && watch.keeper().equals(turn.consumer());
    if (head == null) {
      if (mine) {
        queue.watch = null;
      }
      return null;
    }
    if (watch != null && !mine && !over(watch) && watch.told() <= head) {
      return null;
    }
    // Kept on well before its term ends: a keeper that takes its turns must not lose it between
    // two.
    if (watch == null || !mine || watch.told() != head || watch.until() < now + term * 3 / 4) {
      queue.watch = new Watch(turn.consumer(), now + term, head);
    }
    return Duration.of(Math.max(0, head * 1_000 - nowMicros), ChronoUnit.MICROS);
  }

  /** A term that ends too far away comes from a clock that stepped back. */
  private boolean over(Watch watch) {
    return watch.until() <= now || watch.until() > now + LONGEST_WATCH;
  }
}
