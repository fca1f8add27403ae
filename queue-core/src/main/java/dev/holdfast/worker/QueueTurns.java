package dev.holdfast.worker;

import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns of one consumer: when the next one is wanted, what it carries, what its answer means.
 * Used by the pool's claim loop alone.
 *
 * <p><b>No answer.</b> A turn that threw may or may not have been taken. It is sent again under the
 * same number, with the same outcomes, naming what is held, until it is answered; the engine
 * repeats the outcomes by claim token and hands back claims whose answer was lost. So an outage
 * loses neither outcome nor claim, and doubles none.
 *
 * <p><b>Due times.</b> The engine says how long it is until the next job is due. The answer's way
 * back and the next turn's way there are not known; counted from when the turn was sent, the next
 * one arrives at the engine when the job is due, if both turns travel as fast. One that came early
 * is told a moment more, and that is counted from its answer, so that no turn spins.
 */
final class QueueTurns {
  private static final Logger log = LoggerFactory.getLogger(QueueTurns.class);
  private static final long CORRUPT_PAUSE = TimeUnit.SECONDS.toNanos(5);
  private static final long SUSPECT_PERIOD = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long OVERLOOKED = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long EARLY = TimeUnit.MILLISECONDS.toNanos(5);
  private static final Duration LONGEST_TIMER = Duration.ofDays(1);
  private static final long FINISHING_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long NO_THREAD_PAUSE = TimeUnit.SECONDS.toNanos(1);

  /** Twice the longest backoff of a missed job. */
  private static final long LEAVES_WATCH = TimeUnit.MINUTES.toNanos(2);

  private final Consumer consumer;
  private final QueueRef queue;
  private final Claiming claiming;
  private final DeclaredLimits limits;
  private final WorkerOptions options;
  private final SuspectGate suspects;
  private final Supplier<String> ids;
  private final Starter starter;
  private final Runnable onFirstClaim;
  private final Runnable onLateHint;
  private final java.util.function.Consumer<QueueRef> onUntold;
  private final Duration watchTerm;
  private final RetryPause pause;

  private String id;
  private long number;

  /** Sent and not answered. */
  private @Nullable Turn unanswered;

  /** The jobs whose outcomes it carries, until they are answered. */
  private List<ActiveJob> sending = List.of();

  private long firstSentAt;
  private boolean opened;
  private boolean hungry;
  private boolean hasDue;
  private long dueAt;
  private long idleAt;

  /** Written by the claim loop, and by whoever could make no thread for an attempt. */
  private volatile long retryAt = System.nanoTime();

  private long suspectsAskedAt = System.nanoTime() - SUSPECT_PERIOD;
  private long lookedAt = System.nanoTime() - OVERLOOKED;
  private long missedAt = System.nanoTime() - LEAVES_WATCH;

  /** Starts attempts on threads of their own. */
  interface Starter {
    /** Starts one; if no thread can be made, calls {@code refused}, on any thread. */
    void start(ActiveJob job, java.util.function.Consumer<Throwable> refused);
  }

  QueueTurns(
      Consumer consumer,
      WorkerPlan plan,
      SuspectGate suspects,
      Supplier<String> ids,
      Starter starter,
      Runnable onFirstClaim,
      Runnable onLateHint,
      java.util.function.Consumer<QueueRef> onUntold) {
    this.consumer = consumer;
    this.queue = consumer.queue().ref();
    this.claiming = plan.engine().claiming();
    this.limits = new DeclaredLimits(plan.engine().control(), plan.handlers());
    this.options = plan.options();
    this.pause = new RetryPause(plan.engine().reconnectCap());
    this.suspects = suspects;
    this.ids = ids;
    this.starter = starter;
    this.onFirstClaim = onFirstClaim;
    this.onLateHint = onLateHint;
    this.onUntold = onUntold;
    this.watchTerm = plan.options().blockTime().multipliedBy(2);
    this.id = ids.get();
  }

  Consumer consumer() {
    return consumer;
  }

  /** Whether the queue seems to have more to claim than there was room for. */
  boolean hungry() {
    return hungry;
  }

  /** Whether a turn may be taken now at all: it is not in a pause after trouble. */
  boolean usable(long now) {
    return (opened && unanswered == null && consumer.trouble() == null) || now - retryAt >= 0;
  }

  /** Whether a turn is to be taken now. */
  boolean wants(long now, int free, boolean draining) {
    if (!usable(now)) {
      return false;
    }
    if (unanswered != null || consumer.hasOutcomes() || !sending.isEmpty()) {
      return true;
    }
    if (draining) {
      return false;
    }
    return !opened
        || now - idleAt >= 0
        || (hasDue && now - dueAt >= 0)
        || (free > 0 && (hungry || consumer.rung() || overlooked(now)));
  }

  /**
   * A pool whose slots are always taken hears no bell. One of several queues could then wait for
   * its idle turn while the others, known to have work, take every slot that frees.
   */
  private boolean overlooked(long now) {
    Pool pool = consumer.pool();
    return pool.consumers().size() > 1 && !pool.listening() && now - lookedAt >= OVERLOOKED;
  }

  /** How long until a turn may be wanted without a signal, in nanoseconds. */
  long waitNanos(long now, boolean draining) {
    if (!usable(now)) {
      return retryAt - now;
    }
    if (draining) {
      // Idle and due instants mean nothing any more; outcomes signal.
      return Long.MAX_VALUE;
    }
    if (unanswered != null || !opened) {
      return 0;
    }
    long wait = idleAt - now;
    return hasDue ? Math.min(wait, dueAt - now) : wait;
  }

  /** Whether nothing is on its way or waits to be. */
  boolean flushed() {
    return unanswered == null && sending.isEmpty() && !consumer.hasOutcomes();
  }

  /** A bell this pool cannot follow: it looks again when a slot frees. */
  void postponeRing() {
    consumer.clearRung();
    hungry = true;
  }

  /** Takes a turn. Blocks for a round trip; never throws for what the engine does. */
  void take(int free, boolean draining) {
    try {
      if (!opened) {
        claiming.open(queue);
        limits.declare(queue);
        opened = true;
      }
      consumer.clearRung();
      boolean byTimer = hasDue && System.nanoTime() - dueAt >= 0;
      Turn turn = next(Math.max(0, free), draining);
      boolean listening = consumer.queue().listening();
      long sentAt = System.nanoTime();
      if (!turn.repeat()) {
        firstSentAt = sentAt;
      }
      TurnReply reply = claiming.turn(turn);
      answered(turn, reply, draining, sentAt, byTimer);
      if (!listening && !reply.claims().isEmpty()) {
        // Hints for them may have come before anybody listened.
        onLateHint.run();
      }
    } catch (Exception e) {
      failed(e, draining);
    }
  }

  private Turn next(int free, boolean draining) {
    Turn before = unanswered;
    boolean repeat = before != null;
    if (sending.isEmpty() && !repeat) {
      sending = consumer.takeOutcomes(Turn.MOST);
    }
    int room = draining ? 0 : Math.min(free, Pool.MOST_SLOTS);
    if (!repeat) {
      number++;
    }
    Turn turn =
        new Turn(
            queue,
            id,
            number,
            repeat,
            repeat ? consumer.heldKeys() : List.of(),
            Consumer.settlements(sending),
            before != null ? Math.min(room, before.room()) : room,
            !repeat && room > 0 && mayAskForSuspects(sending),
            options.lease(),
            draining ? Duration.ZERO : watchTerm(),
            options.retention(),
            options.strictLeases());
    unanswered = turn;
    return turn;
  }

  /**
   * A worker that missed a job leaves the watch over due times to others for a while. Else it would
   * be the first there each time that job is due again, and a worker that knows its type would
   * never get it.
   */
  private Duration watchTerm() {
    return System.nanoTime() - missedAt < LEAVES_WATCH ? Duration.ZERO : watchTerm;
  }

  /** A pool that turns all the time leaves the gate to others in between. */
  private boolean mayAskForSuspects(List<ActiveJob> ended) {
    long now = System.nanoTime();
    boolean justAsked = hungry && now - suspectsAskedAt < SUSPECT_PERIOD;
    if (justAsked && ended.stream().noneMatch(job -> job.claim().suspect())) {
      return false;
    }
    if (!suspects.tryEnter(this)) {
      return false;
    }
    suspectsAskedAt = now;
    return true;
  }

  private void answered(
      Turn turn, TurnReply reply, boolean draining, long sentAt, boolean byTimer) {
    long now = System.nanoTime();
    if (!reply.stale() && reply.settled().size() != sending.size()) {
      throw new IllegalStateException(
          "the engine answered " + reply.settled().size() + " of " + sending.size() + " outcomes");
    }
    unanswered = null;
    wellAgain();
    consumer.answeredAt(now);
    if (reply.stale()) {
      stale();
      return;
    }
    List<ActiveJob> sent = sending;
    sending = List.of();
    for (int i = 0; i < sent.size(); i++) {
      consumer.answered(sent.get(i), reply.settled().get(i));
      if (sent.get(i).verdict().outcome() instanceof Outcome.Missed) {
        missedAt = now;
      }
    }
    int started = begin(turn, reply.claims(), draining);
    suspects.leave(this);
    if (turn.repeat()) {
      hungry = true;
      if (started > 0) {
        // What a lost answer carried may be more than one reply holds: ask until nothing comes.
        unanswered = turn;
        retryAt = now;
      }
    } else if (turn.room() > 0) {
      lookedAt = now;
      int most = Math.min(turn.room(), Turn.MOST);
      hungry = !reply.paused() && (reply.more() || reply.claims().size() >= most);
    } else if (!draining) {
      // It did not look, and may have answered a bell: it looks as soon as it may claim.
      hungry = true;
    }
    timers(reply, sentAt, now, byTimer);
    if (reply.untold()) {
      onUntold.accept(queue);
    }
    // Last: what a meter does wrong must not cost a claim.
    consumer.report(reply, Duration.ofNanos(now - sentAt));
  }

  private int begin(Turn turn, List<Claim> claims, boolean draining) {
    if (!claims.isEmpty() && consumer.queue().firstClaim()) {
      // Before the first attempt starts: else a cancel in between would be learned with an
      // extension.
      onFirstClaim.run();
    }
    int begun = 0;
    for (Claim claim : claims) {
      if (turn.repeat() && consumer.holds(claim)) {
        continue;
      }
      begun++;
      ActiveJob job = new ActiveJob(claim, consumer, firstSentAt);
      boolean free = consumer.pool().free() > 0;
      boolean gate = true;
      if (claim.suspect()) {
        suspects.pass(this, job);
        gate = suspects.isHeldBy(job) || suspects.tryEnter(job);
      }
      consumer.pool().take(1);
      consumer.hold(job);
      if (consumer.queue().hintedBefore(claim.held().key())) {
        onLateHint.run();
      }
      if (draining || consumer.pool().draining()) {
        consumer.settle(job, Verdict.released("the worker drains"));
      } else if (!free || !gate) {
        // Only after a lost answer: what was free then may be taken now.
        consumer.settle(job, Verdict.released("no slot is free for it any more"));
      } else {
        start(job);
      }
    }
    return begun;
  }

  private void start(ActiveJob job) {
    starter.start(job, why -> refused(job, why));
  }

  /** By any thread. No memory for a thread: another worker may have some. */
  private void refused(ActiveJob job, Throwable why) {
    retryAt = System.nanoTime() + NO_THREAD_PAUSE;
    consumer.trouble("queue " + queue.name() + ": no thread could be started: " + why);
    consumer.settle(job, Verdict.released("no thread could be started"));
    log.error("job {}: no thread could be started; it is handed back", job.id(), why);
  }

  private void timers(TurnReply reply, long sentAt, long now, boolean byTimer) {
    idleAt = consumer.queue().nextIdleTurn(consumer, sentAt, options.blockTime().toNanos());
    Duration next = reply.nextDue();
    hasDue = next != null;
    if (next != null) {
      // Compared before it is converted: a job may be due so late that its nanoseconds overflow.
      long wait = (next.compareTo(LONGEST_TIMER) > 0 ? LONGEST_TIMER : next).toNanos();
      boolean cameEarly = byTimer && wait > 0 && wait < EARLY;
      dueAt = (cameEarly ? now : sentAt) + wait;
    }
  }

  private void stale() {
    suspects.leave(this);
    String old = id;
    id = ids.get();
    number = 0;
    hungry = true;
    log.error(
        "queue {}: consumer {} was told that a later turn of it was seen; going on as {}. Do two"
            + " processes share a name and a random part, or did the store go back in time?",
        queue.name(),
        old,
        id);
  }

  private void wellAgain() {
    pause.reset();
    if (consumer.trouble() != null) {
      consumer.trouble(null);
      log.info("queue {}: answers again", queue.name());
    }
  }

  private void failed(Exception e, boolean draining) {
    suspects.leave(this);
    boolean first = consumer.trouble() == null;
    boolean corrupt = e instanceof QueueCorruptException;
    long wait = corrupt ? CORRUPT_PAUSE : pause.nextNanos();
    retryAt = System.nanoTime() + (draining ? Math.min(wait, FINISHING_PAUSE) : wait);
    String what = AttemptLines.oneLine(String.valueOf(e.getMessage()), 300);
    consumer.trouble(
        "queue " + queue.name() + (corrupt ? " cannot be used: " : " gets no answer: ") + what);
    if (!first) {
      log.debug("queue {}: still in trouble", queue.name(), e);
    } else if (corrupt) {
      log.error(
          "queue {} cannot be used, and is looked at again every 5 s; other queues go on: {}",
          queue.name(),
          what);
    } else {
      log.warn(
          "queue {}: a turn was not answered; it is repeated until it is, running attempts go on:"
              + " {}",
          queue.name(),
          what);
      log.debug("queue {}: a turn was not answered", queue.name(), e);
    }
  }

  /** Gives up the watch over due times. Best effort. */
  void leave() {
    if (!opened || consumer.trouble() != null) {
      return;
    }
    try {
      claiming.leave(queue, id);
    } catch (RuntimeException e) {
      log.debug("queue {}: could not leave; the watch ends by itself", queue.name(), e);
    }
  }

  /** How many outcomes are not known to be written; 1 for a turn that may have claimed. */
  int unwritten() {
    int outcomes = sending.size() + consumer.countOutcomes();
    return unanswered == null ? outcomes : Math.max(1, outcomes);
  }
}
