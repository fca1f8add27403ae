package dev.holdfast.testkit;

import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.Settled;
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

  private final MemoryQueue queue;
  private final Turn turn;
  private final StepGate gate;
  private final long now;
  private final long nowMicros;
  private final MemoryEnds ends;
  private final List<Claim> claims = new ArrayList<>();
  private long claimedBytes;

  /** The room of the turn, or less if a test lets workers claim less. */
  private int admitted;

  /** Whether no more is claimed: of bytes there are enough, or the queue's own limit is reached. */
  private boolean stopped;

  /** Whether it was the queue's own limit. */
  private boolean heldBack;

  /** Whether there is more to claim than before the turn. */
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
    int readyBefore = queue.ready();
    List<Settled> settled =
        new MemoryOutcomes(queue, now, ends, turn.strict()).settleAll(turn.settlements());
    int promoted = promote();
    if (turn.room() > 0) {
      queue.limits.wakeUp(Math.min(turn.room(), Turn.MOST));
    }
    boolean freed = settled.contains(Settled.DONE) || settled.contains(Settled.CANCELLED);
    pushed = queue.ready() > readyBefore || (freed && queue.limits.hasOwnLimit());
    if (repeated) {
      handBackLost(last.firstToken());
    } else if (!queue.paused) {
      claimAll();
    }
    boolean more = ring(promoted == Turn.MOST);
    Duration nextDue = watch();
    int trimmed = ends.trim();
    boolean untold = !queue.untold.isEmpty();
    return new TurnReply(false, settled, claims, more, queue.paused, nextDue, trimmed, 0, untold);
  }

  // Due jobs.

  private int promote() {
    List<String> keys = queue.due.upTo(now, Turn.MOST);
    for (String key : keys) {
      MemoryJob job = queue.job(key);
      queue.takeOut(job);
      queue.toTail(job);
    }
    return keys.size();
  }

  // Claims.

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
    int room = claims.size() + most;
    while (claims.size() < room && !stopped) {
      String key = ready.next();
      if (key == null) {
        return;
      }
      MemoryJob job = queue.job(key);
      boolean tooMuch = !claims.isEmpty() && claimedBytes + job.size() > MOST_BYTES;
      heldBack = !queue.limits.allows(job);
      if (tooMuch || heldBack) {
        stopped = true;
      } else {
        claimOrPark(job);
      }
    }
  }

  private void claimOrPark(MemoryJob job) {
    MemoryScope barrier = queue.limits.barrierOf(job);
    if (barrier == null) {
      claim(job);
    } else {
      queue.takeOut(job);
      queue.limits.park(job, barrier);
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
    queue.limits.claimed(job);
    give(job);
  }

  private void give(MemoryJob job) {
    claimedBytes += job.size();
    Journal journal = job.journal.handOut(MOST_BYTES - claimedBytes);
    claimedBytes += journal == null || !journal.whole() ? 0 : job.journal.size();
    claims.add(job.claim(journal));
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

  // What is left.

  /** Wakes another worker if work is left; returns whether the caller should go on. */
  private boolean ring(boolean maybeMoreDue) {
    if (queue.paused) {
      return false;
    }
    MemoryJob next = queue.next();
    boolean allowed = !heldBack && next != null && queue.limits.allows(next);
    boolean waking = queue.limits.wakeIsDue();
    if ((allowed || waking) && (!claims.isEmpty() || (pushed && turn.room() == 0))) {
      queue.ring();
    }
    boolean others = allowed && queue.ready() > queue.lane(Lane.SUSPECT).size();
    // A wake that led to no claim leads to none at this instant.
    boolean goesOn = waking && !claims.isEmpty();
    return claims.size() < admitted && (others || goesOn || maybeMoreDue);
  }

  // The watch: one worker knows the next due time and takes a turn at that instant.

  private @Nullable Duration watch() {
    long term = turn.watchTerm().toMillis();
    if (term <= 0) {
      return null;
    }
    // A wake of now is only for who has room.
    Long head = queue.nextDue(claims.size() < turn.room());
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
