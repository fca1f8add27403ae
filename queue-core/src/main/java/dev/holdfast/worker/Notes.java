package dev.holdfast.worker;

import dev.holdfast.job.JobStatus.Progress;
import dev.holdfast.json.ProgressJson;
import dev.holdfast.spi.Note;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The progress and log lines of one attempt on their way to the engine. Best effort: one note is on
 * its way at a time, what is reported meanwhile is joined into the next one, and a note that fails
 * is dropped.
 */
final class Notes {
  private static final int MOST_LINE = 1_000;
  private static final int MOST_PROGRESS_NOTE = 200;

  /** As many as the store keeps. */
  private static final int MOST_PENDING = 100;

  private final Function<Note, CompletableFuture<Boolean>> write;
  private final Runnable onRefused;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();

  // Guarded by the lock.
  private @Nullable Progress progress;
  private final ArrayDeque<String> lines = new ArrayDeque<>();
  private boolean inFlight;
  private boolean refused;

  /**
   * Creates the notes of an attempt.
   *
   * @param write sends a note; the answer says whether the claim stood
   * @param onRefused called when it did not
   */
  Notes(Function<Note, CompletableFuture<Boolean>> write, Runnable onRefused) {
    this.write = write;
    this.onRefused = onRefused;
  }

  void progress(double fraction, String note) {
    double within = Double.isNaN(fraction) ? 0 : Math.max(0, Math.min(1, fraction));
    Progress latest = new Progress(within, AttemptLines.oneLine(note, MOST_PROGRESS_NOTE));
    Note next;
    lock.lock();
    try {
      progress = latest;
      next = takeNext();
    } finally {
      lock.unlock();
    }
    send(next);
  }

  void log(String line) {
    String clean = AttemptLines.oneLine(line, MOST_LINE);
    Note next;
    lock.lock();
    try {
      if (lines.size() == MOST_PENDING) {
        lines.removeFirst();
      }
      lines.addLast(clean);
      next = takeNext();
    } finally {
      lock.unlock();
    }
    send(next);
  }

  /** Waits until everything is written or dropped, at most this long. */
  void flush(long nanos) {
    long left = nanos;
    lock.lock();
    try {
      while (inFlight && left > 0) {
        left = idle.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** The next note, if there is something to say and nothing is on its way. Under the lock. */
  private @Nullable Note takeNext() {
    if (refused) {
      progress = null;
      lines.clear();
    }
    if (inFlight || (progress == null && lines.isEmpty())) {
      return null;
    }
    byte[] encodedProgress = progress == null ? null : ProgressJson.encode(progress);
    byte[] encodedLines =
        lines.isEmpty() ? null : String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    progress = null;
    lines.clear();
    inFlight = true;
    return new Note(encodedProgress, encodedLines, null);
  }

  private void send(@Nullable Note first) {
    // A loop, not a recursion: an engine in memory answers before it returns.
    Note note = first;
    while (note != null) {
      CompletableFuture<Boolean> answer;
      try {
        answer = write.apply(note);
      } catch (RuntimeException e) {
        answer = CompletableFuture.failedFuture(e);
      }
      if (!answer.isDone()) {
        CompletableFuture<Boolean> unused =
            answer.whenComplete((stood, failure) -> send(answered(failure == null && !stood)));
        return;
      }
      note = answered(!answer.isCompletedExceptionally() && !answer.join());
    }
  }

  private @Nullable Note answered(boolean wasRefused) {
    if (wasRefused) {
      onRefused.run();
    }
    lock.lock();
    try {
      inFlight = false;
      refused |= wasRefused;
      Note next = takeNext();
      if (next == null) {
        idle.signalAll();
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** The longest an attempt's end waits for its notes. */
  static long flushNanos() {
    return TimeUnit.SECONDS.toNanos(1);
  }
}
