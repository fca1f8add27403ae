package dev.holdfast.worker;

import dev.holdfast.job.BatchItem;
import dev.holdfast.spi.Envelope;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One job of a batch as its handler sees it. */
final class BatchedJob extends ClaimView implements BatchItem<Object> {
  BatchedJob(ActiveJob job, Envelope envelope, Object payload, WorkerPlan plan) {
    super(job, envelope, payload, plan);
  }

  @Override
  public Object payload() {
    return decoded();
  }

  @Override
  public void succeed() {
    end(null, null, null);
  }

  @Override
  public void succeed(Object result) {
    Objects.requireNonNull(result, "result");
    byte[] encoded;
    try {
      encoded = encodeResult(result);
    } catch (RuntimeException e) {
      end(null, e, null);
      return;
    }
    end(null, null, encoded);
  }

  @Override
  public void fail(Throwable cause) {
    end(null, Objects.requireNonNull(cause, "cause"), null);
  }

  @Override
  public void snooze(Duration delay) {
    end(new VerbCall.Snooze(delay), null, null);
  }

  @Override
  public void backOff(Duration delay) {
    end(new VerbCall.BackOff(delay), null, null);
  }

  @Override
  public void retryAt(Instant instant) {
    end(new VerbCall.RetryAt(Objects.requireNonNull(instant, "instant")), null, null);
  }

  @Override
  public void discard(String why) {
    if (end(new VerbCall.Discard(String.valueOf(why)), null, null)) {
      // The engine keeps no reason with a cancelled job; its own log does.
      log("discarded: " + why);
    }
  }

  @Override
  public void bury(String why) {
    end(new VerbCall.Bury(String.valueOf(why)), null, null);
  }

  private boolean end(
      @Nullable VerbCall verb, @Nullable Throwable thrown, byte @Nullable [] result) {
    BatchCall call = job().sharedCall();
    return call != null && call.endAlone(job(), ending(verb, thrown, result));
  }

  /** The outcome it was given, or else that of the whole call. */
  OutcomeRules.Ending endingOr(@Nullable Throwable thrown) {
    BatchCall call = job().sharedCall();
    OutcomeRules.Ending own = call == null ? null : call.ownEnding(job());
    return own == null ? ending(null, thrown, null) : own;
  }

  private OutcomeRules.Ending ending(
      @Nullable VerbCall verb, @Nullable Throwable thrown, byte @Nullable [] result) {
    ActiveJob job = job();
    return new OutcomeRules.Ending(
        verb, thrown, result, job.timedOut(), job.drained(), job.cancelRequested());
  }
}
