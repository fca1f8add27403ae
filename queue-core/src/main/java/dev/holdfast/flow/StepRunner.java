package dev.holdfast.flow;

import dev.holdfast.job.Failure;
import dev.holdfast.job.NonRetriableException;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.RetryAfterException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs one step of code, or gives what came of it before: replays, attempts, records. For the
 * thread of its steps.
 */
final class StepRunner {
  private static final Duration LONGEST_WAIT = Duration.ofDays(366);

  /** The wait if a retry policy of the user throws. */
  private static final Duration FALLBACK_WAIT = Duration.ofSeconds(60);

  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  private final Run run;
  private final RunSteps steps;

  StepRunner(Run run, RunSteps steps) {
    this.run = run;
    this.steps = steps;
  }

  <T> @Nullable T run(String key, TypeRef<T> type, StepOptions options, StepCall<T> body) {
    StepRecord record = steps.visit(key, RunStatus.Kind.RUN);
    if (record != null) {
      if (record.isDone()) {
        return decoded(run, key, record.value, type);
      } else if (record.isFailed()) {
        throw failed(record);
      } else if (record.begun) {
        throw cutShort(key, record);
      } else if (record.retryAfter != null) {
        awaitRetry(key, record);
      }
    }
    run.requireGoing(key);
    run.requireRoom(key, 0);
    int attempt = record == null ? 1 : record.attempts + 1;
    if (options.atMostOnce()) {
      run.record(EntryText.begun(key, attempt), List.of());
      run.writer.flush();
    }
    return attempt(key, attempt, options, body);
  }

  private <T> @Nullable T attempt(String key, int attempt, StepOptions options, StepCall<T> body) {
    T value;
    Throwable thrown;
    boolean late;
    try (StepTimer timer = new StepTimer(options.timeout())) {
      try {
        value = steps.within(() -> body.call(new Context(key, attempt)));
        thrown = null;
      } catch (Throwable t) {
        value = null;
        thrown = t;
      }
      late = timer.end();
    }
    if (thrown == null) {
      record(key, attempt, value);
      return value;
    }
    throw judge(key, attempt, options, thrown, late);
  }

  private void record(String key, int attempt, @Nullable Object value) {
    byte[] json = null;
    if (value != null) {
      try {
        json =
            run.host.codec().encode("outcome of step " + key + " of run " + run.host.id(), value);
      } catch (PayloadException e) {
        if (e.problem() == PayloadException.Problem.TOO_LARGE) {
          throw new JournalLimitException(String.valueOf(e.getMessage()));
        }
        throw finallyFailed(key, attempt, Failure.of(e));
      }
      if (json.length > run.options.maxStepBytes()) {
        throw new JournalLimitException(
            "the outcome of step "
                + key
                + " of run "
                + run.host.id()
                + " has "
                + json.length
                + " bytes of JSON; at most "
                + run.options.maxStepBytes()
                + ". Keep large data elsewhere and return a reference to it");
      }
      run.requireRoom(key, json.length);
    }
    run.record(EntryText.done(key, json), List.of());
    run.writer.flush();
  }

  /** What an attempt that threw makes of the step; to be thrown. */
  private Error judge(
      String key, int attempt, StepOptions options, Throwable thrown, boolean late) {
    if (thrown instanceof RunSuspended suspended) {
      // Of other steps of this run, which its code got hold of.
      throw suspended;
    }
    run.requireClaim();
    if (run.host.drained() || run.host.timedOut()) {
      throw run.interruptedNow();
    }
    if (thrown instanceof InterruptedException && !late && run.isCancelled()) {
      run.requireGoing(key);
    }
    Failure failure = late ? timeout(options, thrown) : Failure.of(thrown);
    boolean hopeless =
        !late
            && (thrown instanceof NonRetriableException
                || (thrown instanceof Exception e && !options.retries(e)));
    if (hopeless || attempt >= options.retryPolicy().maxAttempts()) {
      throw finallyFailed(key, attempt, failure);
    }
    Duration wait = wait(attempt, options, late ? null : thrown);
    run.record(EntryText.tried(key, attempt, wait, failure), List.of());
    StepRecord record = steps.visit(key, RunStatus.Kind.RUN);
    throw run.block(
        key, "attempt " + (attempt + 1) + " of step " + key, present(record, key), false);
  }

  private static Failure timeout(StepOptions options, Throwable thrown) {
    return new Failure(
        "timeout", "took longer than " + options.timeout(), Failure.of(thrown).stackTrace());
  }

  private Duration wait(int attempt, StepOptions options, @Nullable Throwable thrown) {
    Duration wait;
    if (thrown instanceof RetryAfterException after) {
      wait = after.delay();
    } else {
      try {
        wait = options.retryPolicy().waitAfter(attempt, run.host.random()).orElse(FALLBACK_WAIT);
      } catch (RuntimeException e) {
        // A backoff or jitter of the user's own: its fault must not cost the run.
        wait = FALLBACK_WAIT;
      }
    }
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
  }

  private StepFailedException finallyFailed(String key, int attempts, Failure failure) {
    run.record(EntryText.failed(key, RunStatus.Kind.RUN, attempts, failure), List.of());
    run.writer.flush();
    return new StepFailedException(key, attempts, failure);
  }

  /** A step that may not begin twice has begun, and nobody knows how it ended. */
  private StepFailedException cutShort(String key, StepRecord record) {
    run.requireGoing(key);
    Failure failure =
        new Failure(
            "step-interrupted",
            "its attempt was cut short, and it is not to be attempted again: what it did is not"
                + " known",
            "");
    return finallyFailed(key, record.attempts + 1, failure);
  }

  private void awaitRetry(String key, StepRecord record) {
    if (!isOver(run, record)) {
      run.requireGoing(key);
      throw run.block(key, "attempt " + (record.attempts + 1) + " of step " + key, record, false);
    }
  }

  static boolean isOver(Run run, StepRecord record) {
    java.time.Instant end = record.deadline();
    return end != null && run.isOver(end);
  }

  static StepRecord present(@Nullable StepRecord record, String key) {
    if (record == null) {
      throw new IllegalStateException("step " + key + " is not in the journal it was added to");
    }
    return record;
  }

  static StepFailedException failed(StepRecord record) {
    Failure failure = record.failure;
    return new StepFailedException(
        record.key, record.attempts, failure == null ? new Failure("unknown", "", "") : failure);
  }

  /** The value of a step as it was recorded. */
  @SuppressWarnings("unchecked") // The codec read that type.
  static <T> @Nullable T decoded(Run run, String key, byte @Nullable [] json, TypeRef<T> type) {
    if (json == null || java.util.Arrays.equals(json, NULL)) {
      return null;
    }
    try {
      return (T)
          run.host
              .codec()
              .decode("outcome of step " + key + " of run " + run.host.id(), json, type.type());
    } catch (RuntimeException e) {
      throw new FlowChangedException(
          "the outcome of step "
              + key
              + " of run "
              + run.host.id()
              + " cannot be read as "
              + type
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /** What the code of an attempt sees. */
  private final class Context implements StepContext {
    private final String key;
    private final int attempt;

    Context(String key, int attempt) {
      this.key = key;
      this.attempt = attempt;
    }

    @Override
    public String idempotencyKey() {
      return run.host.id() + ":" + key;
    }

    @Override
    public int attempt() {
      return attempt;
    }

    @Override
    public boolean cancelled() {
      return run.isCancelled();
    }

    @Override
    public boolean leaseLost() {
      return run.host.leaseLost();
    }

    @Override
    public void progress(double fraction, @Nullable String note) {
      run.host.progress(fraction, note);
    }
  }
}
