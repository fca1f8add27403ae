package dev.holdfast.worker;

import dev.holdfast.job.Failure;
import dev.holdfast.spi.Settled;
import dev.holdfast.worker.WorkerOptions.AttemptLog;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a worker logs of attempts: the start at DEBUG, the end in one line that says what happens
 * next. Whatever a user or a stored job made is put on one line first, so that nobody can write log
 * lines of his own.
 */
final class AttemptLines {
  private static final Logger log = LoggerFactory.getLogger("dev.holdfast.Worker.attempts");
  private static final int MOST_DETAIL = 500;

  private final AttemptLog which;

  AttemptLines(AttemptLog which) {
    this.which = which;
  }

  void started(ActiveJob job) {
    if (log.isDebugEnabled()) {
      log.debug("{} starts, {}", head(job), tries(job));
    }
  }

  /** The end of an attempt. Dead letters are logged whatever the setting. */
  void ended(ActiveJob job, Verdict verdict) {
    boolean success =
        Verdict.SUCCEEDED.equals(verdict.word()) || Verdict.SUSPENDED.equals(verdict.word());
    if (verdict.isDeath()) {
      log.warn("{}", end(job, verdict));
    } else if (which == AttemptLog.ALL || (which == AttemptLog.FAILURES && !success)) {
      if (log.isInfoEnabled()) {
        log.info("{}", end(job, verdict));
      }
    }
  }

  /** What the engine made of the outcome, if it is not what was asked for. */
  void answered(ActiveJob job, Settled settled) {
    switch (settled) {
      case DONE, ALREADY -> {}
      case CANCELLED ->
          log.info("{}: somebody had asked for its end, so it is cancelled now", head(job));
      case TAKEN ->
          log.warn(
              "{}: its outcome was refused, because another claim holds the job since this lease"
                  + " ended; that run counts",
              head(job));
      case UNCLAIMED ->
          log.warn(
              "{}: its outcome was refused, because this lease ended and the job is taken back; its"
                  + " next run counts",
              head(job));
      case GONE ->
          log.info("{}: its outcome was dropped, because the job was removed meanwhile", head(job));
    }
  }

  void leaseLost(ActiveJob job) {
    log.warn(
        "{}: its lease was lost, because it could not be extended in time and the job was reaped;"
            + " the handler is interrupted, and its outcome will be refused",
        head(job));
  }

  private static String end(ActiveJob job, Verdict verdict) {
    StringBuilder line = new StringBuilder(160).append(head(job)).append(": ");
    if (job.startedAt() != 0) {
      line.append(tries(job)).append(' ').append(verdict.happened());
      line.append(" after ").append(show(Duration.ofNanos(job.tookNanos())));
    } else {
      line.append(verdict.happened());
    }
    if (!verdict.detail().isEmpty()) {
      line.append(": ").append(oneLine(verdict.detail(), MOST_DETAIL));
    }
    if (!verdict.next().isEmpty()) {
      line.append("; ").append(verdict.next());
    }
    return line.toString();
  }

  static String head(ActiveJob job) {
    return "job " + job.id() + " (" + oneLine(job.claim().type(), 128) + ")";
  }

  private static String tries(ActiveJob job) {
    RegisteredHandler handler = job.handler();
    int attempt = job.claim().counters().nextAttempt();
    return handler == null
        ? "attempt " + attempt
        : "attempt " + attempt + " of " + handler.settings().retryPolicy().maxAttempts();
  }

  /** An exception on one line. */
  static String show(Failure failure) {
    String type = failure.type().substring(failure.type().lastIndexOf('.') + 1);
    return failure.message().isEmpty()
        ? type
        : oneLine(type + ": " + failure.message(), MOST_DETAIL);
  }

  /** A duration for people: 31 ms, 3.2 s, 4 min, 2.5 h. */
  static String show(Duration duration) {
    long ms = TimeUnit.NANOSECONDS.toMillis(nanos(duration));
    if (ms < 1_000) {
      return ms + " ms";
    } else if (ms < 60_000) {
      return tenths(ms, 1_000) + " s";
    } else if (ms < 3_600_000) {
      return tenths(ms, 60_000) + " min";
    } else if (ms < 2 * 86_400_000L) {
      return tenths(ms, 3_600_000) + " h";
    }
    return tenths(ms, 86_400_000) + " days";
  }

  private static String tenths(long ms, long unit) {
    return ms % unit == 0
        ? Long.toString(ms / unit)
        : String.format(Locale.ROOT, "%.1f", (double) ms / unit);
  }

  private static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  /** The text on one line of at most this many characters: control characters become blanks. */
  static String oneLine(String text, int most) {
    boolean clean = text.length() <= most;
    for (int i = 0; clean && i < text.length(); i++) {
      clean = !breaksLine(text.charAt(i));
    }
    if (clean) {
      return text;
    }
    int end = text.length() <= most ? text.length() : most - 1;
    StringBuilder line = new StringBuilder(end + 1);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      line.append(breaksLine(c) ? ' ' : c);
    }
    if (end < text.length()) {
      if (Character.isHighSurrogate(line.charAt(end - 1))) {
        line.setLength(end - 1);
      }
      line.append('…');
    }
    return line.toString();
  }

  private static boolean breaksLine(char c) {
    return (Character.isISOControl(c) && c != '\t') || c == '\u2028' || c == '\u2029';
  }
}
