package dev.holdfast.worker;

import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Meters;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue as one pool reads it: the jobs it holds and the outcomes on their way. Its turns are
 * taken by {@link QueueTurns}, on the pool's claim loop.
 */
final class Consumer {
  private static final Logger log = LoggerFactory.getLogger(Consumer.class);

  /** As much as an engine takes in one script, so that a turn full of results is no giant. */
  private static final int MOST_BYTES = 1 << 20;

  /** The tag of a type that this worker does not know. */
  static final String UNKNOWN = "unknown";

  private final ServedQueue queue;
  private final Pool pool;
  private final SuspectGate suspects;
  private final Meters meters;
  private final AttemptLines lines;

  /** Whether this worker has a handler for a type. */
  private final Predicate<String> handled;

  /** By key. Added by the claim loop, removed when the outcome is answered; read by any thread. */
  private final ConcurrentHashMap<String, ActiveJob> held = new ConcurrentHashMap<>();

  /** Given a verdict and not sent yet. Added by any thread, taken by the claim loop. */
  private final Queue<ActiveJob> settling = new ConcurrentLinkedQueue<>();

  /** Set by the bell listener, cleared by the claim loop: there may be work. */
  private volatile boolean rung;

  /** Set by the claim loop, read by health: what is wrong, or null. */
  private volatile @Nullable String trouble;

  /** Written by the claim loop, read by health: when a turn was answered last, a nanoTime. */
  private volatile long answeredAt = System.nanoTime();

  Consumer(
      ServedQueue queue,
      Pool pool,
      SuspectGate suspects,
      Meters meters,
      AttemptLines lines,
      Predicate<String> handled) {
    this.handled = handled;
    this.queue = queue;
    this.pool = pool;
    this.suspects = suspects;
    this.meters = meters;
    this.lines = lines;
  }

  ServedQueue queue() {
    return queue;
  }

  Pool pool() {
    return pool;
  }

  // ---- held jobs --------------------------------------------------------------------------------

  /** The jobs held now, settled and unanswered ones included. Weakly consistent. */
  Iterable<ActiveJob> heldJobs() {
    return held.values();
  }

  List<String> heldKeys() {
    return List.copyOf(held.keySet());
  }

  boolean holds(Claim claim) {
    ActiveJob known = held.get(claim.held().key());
    return known != null && known.held().token().equals(claim.held().token());
  }

  /** Takes a job over from an answered turn. By the claim loop. */
  void hold(ActiveJob job) {
    ActiveJob older = held.put(job.held().key(), job);
    if (older != null) {
      // Reaped from this very consumer during an outage, and now claimed by it again.
      leaseLost(older);
    }
  }

  /** Passes on that a job is to end; false if it is not held here. */
  boolean cancel(String key) {
    ActiveJob job = held.get(key);
    if (job != null) {
      job.cancel();
    }
    return job != null;
  }

  /** The engine said that a job's claim no longer stands. */
  void leaseLost(ActiveJob job) {
    if (job.loseLease()) {
      countLoss(job);
      lines.leaseLost(job);
    }
  }

  private void countLoss(ActiveJob job) {
    if (job.countLoss()) {
      meters.leaseLost(queue.ref().name(), typeOf(job));
    }
  }

  // ---- outcomes ---------------------------------------------------------------------------------

  /** Gives a job its verdict, frees its slot and wakes the claim loop; false if it had one. */
  boolean settle(ActiveJob job, Verdict verdict) {
    if (!job.settle(verdict)) {
      return false;
    }
    published(job);
    return true;
  }

  /** A job was given its verdict: its slot is free, its outcome waits for a turn. */
  void published(ActiveJob job) {
    settling.add(job);
    suspects.leave(job);
    pool.settled();
  }

  /** A job was given up without an outcome: its slot is free, its lease will end. */
  void abandoned(ActiveJob job) {
    held.remove(job.held().key(), job);
    suspects.leave(job);
    pool.settled();
  }

  boolean hasOutcomes() {
    return !settling.isEmpty();
  }

  /** How many outcomes wait. Linear in them; for the end of a worker. */
  int countOutcomes() {
    return settling.size();
  }

  /** Takes up to this many outcomes, at least one if there is one, of 1 MiB or so together. */
  List<ActiveJob> takeOutcomes(int most) {
    ActiveJob first = settling.poll();
    if (first == null) {
      return List.of();
    }
    List<ActiveJob> taken = new ArrayList<>();
    int bytes = 0;
    for (ActiveJob job = first; job != null; job = settling.poll()) {
      taken.add(job);
      bytes += size(job.verdict().outcome());
      if (taken.size() == most || bytes > MOST_BYTES) {
        break;
      }
    }
    return taken;
  }

  private static int size(Outcome outcome) {
    byte[] text = null;
    if (outcome instanceof Outcome.Succeeded succeeded) {
      text = succeeded.result();
    } else if (outcome instanceof Outcome.Retry retry) {
      text = retry.attempt();
    } else if (outcome instanceof Outcome.Buried buried) {
      text = buried.attempt();
    } else if (outcome instanceof Outcome.Suspended suspended) {
      return suspended.append().entries().stream().mapToInt(entry -> entry.length).sum();
    }
    return text == null ? 0 : text.length;
  }

  static List<Settlement> settlements(List<ActiveJob> jobs) {
    List<Settlement> settlements = new ArrayList<>(jobs.size());
    for (ActiveJob job : jobs) {
      settlements.add(new Settlement(job.held(), job.verdict().outcome()));
    }
    return settlements;
  }

  /** The engine has answered an outcome: the job is no longer held. By the claim loop. */
  void answered(ActiveJob job, Settled settled) {
    held.remove(job.held().key(), job);
    try {
      tell(job, settled);
    } catch (RuntimeException e) {
      log.warn("job {}: its outcome could not be metered or logged", job.id(), e);
    }
  }

  private void tell(ActiveJob job, Settled settled) {
    Verdict verdict = job.verdict();
    String name = queue.ref().name();
    String type = typeOf(job);
    boolean refused =
        settled == Settled.TAKEN || settled == Settled.UNCLAIMED || settled == Settled.GONE;
    meters.ended(
        name,
        type,
        refused
            ? Verdict.REFUSED
            : settled == Settled.CANCELLED ? Verdict.CANCELLED : verdict.word(),
        Duration.ofNanos(job.startedAt() == 0 ? 0 : job.tookNanos()));
    if (settled == Settled.TAKEN || settled == Settled.UNCLAIMED) {
      countLoss(job);
    } else if (settled == Settled.DONE) {
      if (verdict.outcome() instanceof Outcome.Retry) {
        meters.retried(name, type);
      } else if (verdict.outcome() instanceof Outcome.Buried buried) {
        meters.died(name, type, buried.reason());
      }
    }
    lines.answered(job, settled);
  }

  /** The type as a tag: what others wrote into the store must not make series without bound. */
  private String typeOf(ActiveJob job) {
    String type = job.claim().type();
    return handled.test(type) ? type : UNKNOWN;
  }

  /** Meters a turn, and meters and logs what it removed or could not hand out. Never throws. */
  void report(TurnReply reply, Duration took) {
    try {
      count(reply, took);
    } catch (RuntimeException e) {
      log.warn("queue {}: a turn could not be metered", queue.ref().name(), e);
    }
  }

  private void count(TurnReply reply, Duration took) {
    meters.turn(queue.ref().name(), took);
    if (reply.trimmedDead() > 0) {
      meters.trimmedDeadLetters(queue.ref().name(), reply.trimmedDead());
      log.warn(
          "queue {}: {} dead letters were older or more than retention keeps, and were removed",
          queue.ref().name(),
          reply.trimmedDead());
    }
    for (int i = 0; i < reply.corrupt(); i++) {
      meters.died(queue.ref().name(), UNKNOWN, StateReason.MALFORMED);
    }
    if (reply.corrupt() > 0) {
      log.error(
          "queue {}: {} jobs had no readable body; they are dead letters now, MALFORMED or MISSING,"
              + " with what was left of them",
          queue.ref().name(),
          reply.corrupt());
    }
  }

  // ---- signals ----------------------------------------------------------------------------------

  /** There may be work; wakes the claim loop. */
  void ring() {
    rung = true;
    pool.wake();
  }

  boolean rung() {
    return rung;
  }

  void clearRung() {
    if (rung) {
      rung = false;
    }
  }

  @Nullable String trouble() {
    return trouble;
  }

  void trouble(@Nullable String what) {
    trouble = what;
  }

  long answeredAt() {
    return answeredAt;
  }

  void answeredAt(long nanos) {
    answeredAt = nanos;
  }
}
