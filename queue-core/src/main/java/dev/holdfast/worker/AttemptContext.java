package dev.holdfast.worker;

import dev.holdfast.job.JobContext;
import dev.holdfast.spi.Envelope;
import dev.holdfast.spi.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One attempt as its handler sees it. */
final class AttemptContext extends ClaimView implements JobContext {
  private final AtomicReference<@Nullable VerbCall> verb = new AtomicReference<>();

  AttemptContext(ActiveJob job, Envelope envelope, Object payload, WorkerPlan plan) {
    super(job, envelope, payload, plan);
  }

  /** The first verb called, or null. */
  @Nullable VerbCall verb() {
    return verb.get();
  }

  @Override
  public Verb snooze(Duration delay) {
    throw call("snooze", new VerbCall.Snooze(delay));
  }

  @Override
  public Verb backOff(Duration delay) {
    throw call("backOff", new VerbCall.BackOff(delay));
  }

  @Override
  public Verb retryAt(Instant instant) {
    throw call("retryAt", new VerbCall.RetryAt(Objects.requireNonNull(instant, "instant")));
  }

  @Override
  public Verb discard(String why) {
    if (verb.get() == null) {
      // The engine keeps no reason with a cancelled job; its own log does.
      log("discarded: " + why);
    }
    throw call("discard", new VerbCall.Discard(String.valueOf(why)));
  }

  @Override
  public Verb bury(String why) {
    throw call("bury", new VerbCall.Bury(String.valueOf(why)));
  }

  /** Ends the attempt of a run of our own, which waits for messages or an instant. */
  Verb suspend(Outcome.Suspended outcome) {
    throw call("suspend", new VerbCall.Suspend(outcome));
  }

  private Verb call(String name, VerbCall called) {
    verb.compareAndSet(null, called);
    return new Verb(name);
  }
}
