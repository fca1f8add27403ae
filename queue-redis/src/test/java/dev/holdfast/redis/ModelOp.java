package dev.holdfast.redis;

import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Outcome;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a client of the model can do in one step. Every operation can be done in every state: one
 * that has nothing to act on acts on nothing, or quotes a claim that no longer stands.
 *
 * @param name how a trace calls it
 * @param script the script it calls, or null
 * @param act the calls
 */
record ModelOp(String name, @Nullable Script script, Consumer<ModelStep> act) {
  private static final byte[] ATTEMPT = {'{', '}'};

  /** The key of job 1, 2, 3 and so on. */
  static String job(int n) {
    return String.format(Locale.ROOT, "01M80P7800%016d", n);
  }

  // ---- turns ------------------------------------------------------------------------------------

  static ModelOp claim(int room) {
    return new ModelOp("claim " + room, Script.TURN, step -> step.turn(room, null));
  }

  /** Settles what the client holds longest; if it holds nothing, what it held last. */
  private static ModelOp settle(String name, int room, Outcome outcome) {
    return new ModelOp(
        room == 0 ? name : name + " and claim " + room,
        Script.TURN,
        step -> step.turn(room, outcome));
  }

  static ModelOp ack() {
    return ackAndClaim(0);
  }

  static ModelOp ackAndClaim(int room) {
    return settle("ack", room, new Outcome.Succeeded(null));
  }

  static ModelOp fail(Duration delay, int room) {
    return settle(
        "fail (retry in " + delay.toMillis() + " ms)",
        room,
        new Outcome.Retry(delay, StateReason.RETRY, ATTEMPT));
  }

  static ModelOp bury() {
    return settle("bury", 0, new Outcome.Buried(StateReason.EXHAUSTED, ATTEMPT));
  }

  static ModelOp snooze(Duration delay) {
    return settle("snooze " + delay.toMillis() + " ms", 0, new Outcome.Snoozed(delay));
  }

  static ModelOp miss(Duration delay) {
    return settle("miss " + delay.toMillis() + " ms", 0, new Outcome.Missed(delay));
  }

  static ModelOp release() {
    return settle("release", 0, new Outcome.Released());
  }

  static ModelOp ackAll() {
    return new ModelOp("ack all", Script.TURN, step -> step.settleAll(new Outcome.Succeeded(null)));
  }

  static ModelOp releaseAll() {
    return new ModelOp("release all", Script.TURN, step -> step.settleAll(new Outcome.Released()));
  }

  static ModelOp discard() {
    return settle("discard", 0, new Outcome.Discarded(null));
  }

  /** The turn is taken; its answer is lost. */
  ModelOp answerLost() {
    return new ModelOp(
        name + ", answer lost",
        script,
        step -> {
          step.losesAnswer();
          act.accept(step);
        });
  }

  /** The turn never arrives, which the client cannot tell from a lost answer. */
  ModelOp requestLost() {
    return new ModelOp(
        name + ", request lost",
        null,
        step -> {
          step.losesRequest();
          act.accept(step);
        });
  }

  /** Sends the turn again that got no answer; if there is none, claims one job. */
  static ModelOp repeat() {
    return new ModelOp("repeat the turn", Script.TURN, step -> step.turn(1, null));
  }

  /** A copy of the last turn, held up on an old connection, arrives now. */
  static ModelOp lateCopy() {
    return new ModelOp(
        "a copy of the last turn arrives",
        Script.TURN,
        step -> step.copyArrives(step.client().number()));
  }

  /** A turn with a number below the last. */
  static ModelOp oldTurn() {
    return new ModelOp(
        "an old turn arrives", Script.TURN, step -> step.copyArrives(step.client().number() - 1));
  }

  /** What a client does that has come back as the same consumer. */
  static ModelOp recover() {
    return new ModelOp("asks what is its own", Script.TURN, ModelStep::recovers);
  }

  static ModelOp extend() {
    return new ModelOp("extend", Script.EXTEND, ModelStep::extend);
  }

  static ModelOp note() {
    return new ModelOp("checkpoint", Script.NOTE, ModelStep::note);
  }

  static ModelOp leave() {
    return new ModelOp("leave", Script.LEAVE, ModelStep::leave);
  }

  // ---- upkeep -----------------------------------------------------------------------------------

  static ModelOp reap() {
    return new ModelOp("reap", Script.REAP, ModelStep::reap);
  }

  static ModelOp tidy(String client) {
    return new ModelOp("tidy " + client, Script.TIDY, step -> step.tidyOf(client));
  }

  // ---- intake and operators ---------------------------------------------------------------------

  static ModelOp enqueue(int job) {
    return new ModelOp(
        "enqueue " + job,
        Script.ENQUEUE,
        step -> step.enqueue(job(job), Priority.NORMAL, NewJob.Start.NOW, false));
  }

  static ModelOp enqueue(int job, Priority priority, Duration delay) {
    return new ModelOp(
        "enqueue " + job + " " + priority + " in " + delay.toMillis() + " ms",
        Script.ENQUEUE,
        step -> step.enqueue(job(job), priority, new NewJob.Start(delay, null), false));
  }

  /** Enqueues a job whose first enqueue may have arrived. */
  static ModelOp enqueueAgain(int job) {
    return new ModelOp(
        "enqueue " + job + " again",
        Script.ENQUEUE,
        step -> step.enqueue(job(job), Priority.NORMAL, NewJob.Start.NOW, true));
  }

  /** Whether it brings a job for the first time, which nobody may do twice. */
  boolean enqueuesFresh(int job) {
    return name.startsWith("enqueue " + job);
  }

  /** Enqueues a job under the one idempotency key there is. */
  static ModelOp enqueueKeyed(int job) {
    return new ModelOp(
        "enqueue " + job + " under the key", Script.ENQUEUE, step -> step.enqueueKeyed(job(job)));
  }

  static ModelOp cancel(int job) {
    return new ModelOp("cancel " + job, Script.CANCEL, step -> step.cancel(job(job)));
  }

  static ModelOp redrive(int job) {
    return new ModelOp("redrive " + job, Script.REDRIVE, step -> step.redrive(job(job)));
  }

  static ModelOp delete(int job) {
    return new ModelOp("delete " + job, Script.DELETE, step -> step.delete(job(job)));
  }

  static ModelOp purge() {
    return new ModelOp("purge", Script.PURGE, ModelStep::purge);
  }

  static ModelOp runNow(int job) {
    return new ModelOp(
        "run " + job + " now",
        Script.MOVE,
        step -> step.act(model -> model.engine().control().runNow(model.queue(), job(job))));
  }

  static ModelOp reschedule(int job, Duration delay) {
    return new ModelOp(
        "reschedule " + job + " in " + delay.toMillis() + " ms",
        Script.MOVE,
        step ->
            step.act(
                model ->
                    model
                        .engine()
                        .control()
                        .reschedule(model.queue(), job(job), model.now().plus(delay))));
  }

  static ModelOp prioritize(int job, Priority priority) {
    return new ModelOp(
        "move " + job + " to " + priority,
        Script.MOVE,
        step ->
            step.act(
                model -> model.engine().control().prioritize(model.queue(), job(job), priority)));
  }

  static ModelOp pause() {
    return pause("pause", true);
  }

  static ModelOp resume() {
    return pause("resume", false);
  }

  private static ModelOp pause(String name, boolean paused) {
    return new ModelOp(
        name,
        Script.PAUSE,
        step ->
            step.act(
                model -> {
                  model.engine().control().pause(model.queue(), paused);
                  return paused;
                }));
  }

  // ---- time -------------------------------------------------------------------------------------

  static ModelOp pass(Duration time) {
    return new ModelOp("time passes: " + time.toMillis() + " ms", null, step -> step.pass(time));
  }

  /** Past the end of every lease, and past the reaper's gate, but no outage. */
  static ModelOp passLease() {
    return pass(ModelStep.PERIOD);
  }

  /** To the last instant of a lease that begins now. */
  static ModelOp passShort() {
    return pass(ModelStep.LEASE.minusMillis(1));
  }

  /** So long that the next reap takes it for an outage. */
  static ModelOp passOutage() {
    return pass(ModelStep.PERIOD.multipliedBy(3));
  }

  @Override
  public String toString() {
    return name;
  }
}
