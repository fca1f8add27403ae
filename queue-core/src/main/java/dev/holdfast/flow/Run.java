package dev.holdfast.flow;

import dev.holdfast.flow.RunJournal.Death;
import dev.holdfast.flow.StepRecord.Stamp;
import dev.holdfast.job.Failure;
import dev.holdfast.job.LeaseLostException;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Runs.AppendReply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a run: its journal, what it was sent, and what it waits for by now. Its steps are
 * given out by {@link #steps}, {@link #failureSteps} and {@link #cancelSteps}; whoever leads it
 * calls the handler with them and asks afterwards what came of it. Public for the worker alone.
 *
 * <p>Safe for use by the threads of its branches; the methods that ask what came of it are for the
 * leading thread, once all branches have ended.
 */
public final class Run {
  /** So much rides with an outcome; more is written before. Chosen, not measured. */
  private static final int MOST_RIDING_BYTES = 64 * 1024;

  private static final int MOST_RIDING = 50;

  /** So near to its deadline the engine is asked for the time. Chosen, not measured. */
  private static final Duration NEAR = Duration.ofMinutes(1);

  /** How far the run as a whole is. */
  public enum Phase {
    /** It goes through its steps. */
    RUNNING,
    /** It has failed, and onFailure has waited. */
    FAILING,
    /** It is to end, and onCancel has waited. */
    CANCELLING,
    /** All is done but to bury it: the attempt that was to do it crashed. */
    DEAD
  }

  /**
   * What a step waits for.
   *
   * @param record its record, which knows until when; null if it has none
   * @param until when it ends by itself if it has no record, or null
   * @param count how many messages wake it; MAX_VALUE: none does
   */
  private record Blocked(
      String what, @Nullable StepRecord record, @Nullable Instant until, int count) {}

  final RunHost host;
  final FlowOptions options;
  final ReentrantLock lock = new ReentrantLock();
  final RunWriter writer;
  final RunJournal journal;
  private final List<RunMail.Received> received;
  private final @Nullable String unfit;
  private final Phase phase;
  private final boolean replayed;
  private final boolean eventCancels;
  private final int claims;
  private final RunSteps root;
  // Guarded by lock: entries that go before the next one, what is waited for, what was heard.
  private final List<EntryText> prefaces = new ArrayList<>();
  private final Map<String, Blocked> blocked = new LinkedHashMap<>();
  private boolean cancelHeard;
  private boolean asked;
  private boolean replaying;
  private boolean bounded;
  // Written by any branch, read by the leader.
  private volatile boolean interrupted;
  private volatile boolean cancelThrown;
  private volatile boolean continued;

  /**
   * Begins an attempt.
   *
   * @param stored the whole journal
   * @param claims how often the job was claimed, this claim included
   * @param crashes the job's counter of crashes
   */
  public Run(RunHost host, FlowOptions options, Journal stored, int claims, int crashes) {
    this.host = host;
    this.options = options;
    this.claims = claims;
    RunJournal read = new RunJournal();
    List<RunMail.Received> mail = new ArrayList<>();
    String wrong = null;
    try {
      read = RunJournal.of(stored.entries());
      for (Journal.Message message : stored.messages()) {
        read.seen(message.at());
        mail.add(new RunMail.Received(host.mail(message.bytes()), message.at()));
      }
    } catch (RuntimeException e) {
      wrong = "its journal cannot be read here: " + e.getMessage();
    }
    this.journal = read;
    this.received = List.copyOf(mail);
    if (wrong == null
        && options.pinned()
        && read.entries() > 0
        && !read.version().equals(options.version())) {
      wrong =
          "it began with version "
              + read.version()
              + " of its flow, and this worker is pinned to "
              + options.version();
    }
    this.unfit = wrong;
    this.replayed = read.entries() > 0;
    this.replaying = replayed;
    this.writer = new RunWriter(host, lock, stored.entries().size(), this::heard);
    if (read.entries() == 0) {
      prefaces.add(EntryText.began(options.version()));
    }
    this.phase = begin(read, crashes);
    this.bounded = options.deadline() != null;
    this.eventCancels =
        host.cancelsByEvents()
            && received.stream()
                .anyMatch(
                    each -> each.mail() instanceof Mail.EventCame event && host.cancelledBy(event));
    this.root = new RunSteps(this, "");
  }

  /** A dead letter that is claimed was redriven, unless the claim that was to bury it crashed. */
  private Phase begin(RunJournal read, int crashes) {
    Death death = read.death();
    if (read.phase() != Phase.DEAD || death == null) {
      return read.phase();
    }
    if (crashes > 0 && claims == death.claims() + 1) {
      return Phase.DEAD;
    }
    EntryText cleared = EntryText.cleared(death.step());
    byte[] bytes = cleared.encode();
    Stamp stamp = new Stamp(null);
    read.apply(cleared, stamp, bytes.length);
    writer.add(bytes, stamp, List.of());
    return Phase.RUNNING;
  }

  // ---- for the leader ---------------------------------------------------------------------------

  /** Why this worker cannot lead it, or null. */
  public @Nullable String unfit() {
    return unfit;
  }

  /** Whether it has never come to a step. */
  public boolean isNew() {
    return !replayed;
  }

  /** How far it was when it was claimed. */
  public Phase phase() {
    return phase;
  }

  /** The steps of the handler's run. */
  public Steps steps() {
    return root;
  }

  /**
   * The steps of onFailure; from here on the run remembers that it fails, once it has to.
   *
   * @param step the key of the step to blame, or ""
   */
  public Steps failureSteps(String step, StateReason reason, Failure failure) {
    return last(Phase.FAILING, EntryText.failing(step, reason, failure), RunJournal.FAILURE_SCOPE);
  }

  /** The steps of onCancel; from here on the run remembers that it ends, once it has to. */
  public Steps cancelSteps() {
    return last(
        Phase.CANCELLING, EntryText.cancelling(cancelledByEvent()), RunJournal.CANCEL_SCOPE);
  }

  private Steps last(Phase entered, EntryText entry, String scope) {
    lock.lock();
    try {
      blocked.clear();
      bounded = false;
      if (phase != entered) {
        prefaces.add(entry);
      }
    } finally {
      lock.unlock();
    }
    return new RunSteps(this, scope);
  }

  /** The step to blame for its end, as an earlier attempt wrote down; "" if it is none. */
  public String deathStep() {
    Death death = journal.death();
    return death == null ? "" : death.step();
  }

  /** Why it is to be buried, as an earlier attempt wrote down; only in FAILING and DEAD. */
  public StateReason deathReason() {
    Death death = journal.death();
    return death == null ? StateReason.NON_RETRIABLE : death.reason();
  }

  /** What it has failed of, as an earlier attempt wrote down; only in FAILING and DEAD. */
  public Failure deathFailure() {
    Death death = journal.death();
    return death == null ? new Failure("unknown", "", "") : death.failure();
  }

  /** Whether the handler's call ended in a suspension, seen or swallowed. */
  public boolean isSuspended(Steps steps) {
    return ((RunSteps) steps).suspended() != null && !interrupted && !continued;
  }

  /** Whether a drain or the timeout ended the call at a step. */
  public boolean isInterrupted() {
    return interrupted;
  }

  /** Whether another run goes on in its place. */
  public boolean isContinued() {
    return continued;
  }

  /** Whether somebody asked that it ends, an event included. */
  public boolean isCancelled() {
    lock.lock();
    try {
      return cancelHeard || eventCancels || host.cancelRequested();
    } finally {
      lock.unlock();
    }
  }

  /** Whether it ends because of an event, not because somebody asked the engine. */
  public boolean cancelledByEvent() {
    lock.lock();
    try {
      boolean requested = cancelHeard || host.cancelRequested();
      return phase == Phase.CANCELLING ? journal.cancelledByEvent() : eventCancels && !requested;
    } finally {
      lock.unlock();
    }
  }

  /** Whether a step has thrown that the run is to end. */
  public boolean cancelThrown() {
    return cancelThrown;
  }

  /** Whether a step of this run has failed for good as this says. */
  public boolean isOwn(StepFailedException failed) {
    lock.lock();
    try {
      StepRecord step = journal.step(failed.step());
      return step != null && step.isFailed();
    } finally {
      lock.unlock();
    }
  }

  /** Whether onFailure has left something in the journal. */
  public boolean hasFailurePhase() {
    lock.lock();
    try {
      return journal.phase() == Phase.FAILING;
    } finally {
      lock.unlock();
    }
  }

  /** How many recorded steps the handler did not come to. */
  public int unvisited() {
    lock.lock();
    try {
      return journal.unvisited("");
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes that the run is a dead letter after this, so that a redrive clears what killed it.
   *
   * @param step the key of the step to blame, or ""
   */
  public void die(String step, StateReason reason, Failure failure) {
    record(EntryText.fatal(step, claims, reason, failure), List.of());
    writer.flush();
  }

  /** Writes what waits to be written, so that an outcome that takes nothing along loses nothing. */
  public void flush() {
    if (writer.restEntries() > 0) {
      writer.flush();
    }
  }

  /** What it waits for, in words. */
  public String waitsFor() {
    lock.lock();
    try {
      return blocked.values().stream().map(Blocked::what).distinct().limit(5).toList().toString();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The outcome of an attempt that waits.
   *
   * @param cancelling whether it waits although somebody asked that it ends
   */
  public Outcome.Suspended suspension(boolean cancelling) {
    if (writer.restBytes() > MOST_RIDING_BYTES || writer.restEntries() > MOST_RIDING) {
      writer.flush();
    }
    lock.lock();
    try {
      writePrefaces();
      Instant until = null;
      Duration delay = null;
      int count = host.cancelsByEvents() ? received.size() + 1 : Integer.MAX_VALUE;
      for (Blocked each : blocked.values()) {
        StepRecord record = each.record();
        Instant end = record == null ? each.until() : record.deadline();
        Duration left = record == null ? null : record.delay();
        until = end != null && (until == null || end.isBefore(until)) ? end : until;
        delay = left != null && (delay == null || left.compareTo(delay) < 0) ? left : delay;
        count = Math.min(count, each.count());
      }
      if (bounded && (until == null || deadline().isBefore(until))) {
        until = deadline();
      }
      return new Outcome.Suspended(writer.rest(), until, delay, count, cancelling);
    } finally {
      lock.unlock();
    }
  }

  /** The outcome that has it go on at once, in another claim: with all that it has to write. */
  public Outcome.Suspended again() {
    lock.lock();
    try {
      writePrefaces();
      return new Outcome.Suspended(
          writer.rest(), null, Duration.ZERO, Integer.MAX_VALUE, isCancelled());
    } finally {
      lock.unlock();
    }
  }

  // ---- for its steps ----------------------------------------------------------------------------

  /** Adds an entry, to be written with the next append or the outcome. */
  void record(EntryText entry, List<String> subjects) {
    lock.lock();
    try {
      writePrefaces();
      write(entry, subjects);
    } finally {
      lock.unlock();
    }
  }

  private void writePrefaces() {
    prefaces.forEach(each -> write(each, List.of()));
    prefaces.clear();
  }

  private void write(EntryText entry, List<String> subjects) {
    byte[] bytes = entry.encode();
    Stamp stamp = new Stamp(null);
    journal.apply(entry, stamp, bytes.length);
    StepRecord step = journal.step(entry.key());
    if (step != null) {
      step.visited = true;
    }
    writer.add(bytes, stamp, subjects);
  }

  /**
   * Refuses to record more than the limits allow. Steps of onFailure and onCancel are free of the
   * limits of the run: they would be refused when they are needed.
   */
  void requireRoom(String key, int more) {
    if (key.startsWith("!")) {
      return;
    }
    lock.lock();
    try {
      if (journal.entries() >= options.maxSteps()) {
        throw new JournalLimitException(
            "step "
                + key
                + " of run "
                + host.id()
                + " would be entry "
                + (journal.entries() + 1)
                + " of its journal; at most "
                + options.maxSteps()
                + ". Use continueAs for flows that go on for ever");
      }
      if (journal.bytes() + more > options.maxRunBytes()) {
        throw new JournalLimitException(
            "with step "
                + key
                + " run "
                + host.id()
                + " would have recorded "
                + (journal.bytes() + more)
                + " bytes; at most "
                + options.maxRunBytes());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Before a step does something new: whether it still may. */
  void requireGoing(String key) {
    requireClaim();
    if (host.drained() || host.timedOut()) {
      interrupted = true;
      throw new RunSuspended("the attempt was interrupted");
    }
    lock.lock();
    try {
      replaying = false;
    } finally {
      lock.unlock();
    }
    // Those who are told of the end go through their steps.
    boolean told =
        key.startsWith(RunJournal.FAILURE_SCOPE) || key.startsWith(RunJournal.CANCEL_SCOPE);
    if (!told && isCancelled()) {
      cancelThrown = true;
      throw new RunCancelledException(
          "somebody asked that run " + host.id() + " ends; step " + key + " does not begin");
    }
    if (!told && isPastDeadline()) {
      throw new DeadlinePassedException(
          "run "
              + host.id()
              + " was to end within "
              + options.deadline()
              + " of its enqueue; step "
              + key
              + " does not begin");
    }
    writer.requireWhole();
  }

  /** The instant it is to have ended; only to be asked for if there is one. */
  private Instant deadline() {
    return host.enqueuedAt().plus(Objects.requireNonNull(options.deadline(), "deadline"));
  }

  private boolean isPastDeadline() {
    if (options.deadline() == null) {
      return false;
    }
    Instant now = now();
    return !deadline().isAfter(now) || (!deadline().isAfter(now.plus(NEAR)) && isOver(deadline()));
  }

  void requireClaim() {
    if (host.leaseLost()) {
      throw new LeaseLostException(
          "run " + host.id() + " goes no further: this claim no longer stands");
    }
  }

  RunSuspended interruptedNow() {
    interrupted = true;
    return new RunSuspended("the attempt was interrupted");
  }

  RunSuspended continuedNow() {
    continued = true;
    return new RunSuspended("another run goes on in its place");
  }

  boolean replaying() {
    lock.lock();
    try {
      return replaying;
    } finally {
      lock.unlock();
    }
  }

  /** All it was sent, as far as this attempt knows. */
  List<RunMail.Received> received() {
    return received;
  }

  /** Notes what a step waits for. */
  RunSuspended block(String key, String what, StepRecord record, boolean mail) {
    return block(key, new Blocked(what, record, null, mail ? received.size() + 1 : NO_MAIL));
  }

  /** Notes that a step waits for messages in all, or an instant. */
  RunSuspended blockForMail(int count, @Nullable Instant until) {
    return block("!mail", new Blocked("messages", null, until, count));
  }

  private static final int NO_MAIL = Integer.MAX_VALUE;

  private RunSuspended block(String key, Blocked waits) {
    lock.lock();
    try {
      blocked.put(key, waits);
    } finally {
      lock.unlock();
    }
    return new RunSuspended(waits.what());
  }

  // ---- time -------------------------------------------------------------------------------------

  /**
   * Whether an instant of the engine's clock has passed. What the engine has said is believed, and
   * the worker's clock if it says yes: an attempt that was woken at an instant comes after it. If
   * it says no it may be behind, and the run would be suspended and woken without end: then the
   * engine is asked, once an attempt.
   */
  boolean isOver(Instant end) {
    if (!end.isAfter(now())) {
      return true;
    }
    boolean first;
    lock.lock();
    try {
      first = !asked;
      asked = true;
    } finally {
      lock.unlock();
    }
    if (first) {
      writer.ask();
    }
    return !end.isAfter(now());
  }

  /** The engine's now, or a little before. */
  Instant now() {
    Instant ours = host.clock().instant();
    lock.lock();
    try {
      Instant known = journal.latest();
      return known.isAfter(ours) ? known : ours;
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private void heard(AppendReply reply) {
    journal.seen(reply.at());
    cancelHeard |= reply.cancelRequested();
  }
}
