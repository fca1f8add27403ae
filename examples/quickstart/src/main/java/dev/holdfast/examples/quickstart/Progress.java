package dev.holdfast.examples.quickstart;

import dev.holdfast.JobQueue;
import dev.holdfast.job.QueueStats;
import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Watches a queue and shows how far it is: on a terminal in one line that is rewritten, elsewhere
 * in a line now and then.
 */
final class Progress {
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int BAR = 30;
  private static final int PLAIN_LINES = 5;
  private static final String ERASE_LINE = "\r\033[K";

  private final PrintStream out;
  private final boolean rewrites;
  private final JobQueue queue;
  private final int total;
  private final long started = System.nanoTime();
  private long plainLines;
  private String shown = "";

  private Progress(PrintStream out, boolean rewrites, JobQueue queue, int total) {
    this.out = out;
    this.rewrites = rewrites;
    this.queue = queue;
    this.total = total;
  }

  /** Of so many jobs in a queue. */
  static Progress of(JobQueue queue, int total, PrintStream out) {
    return new Progress(out, isTerminal() && out == System.out, queue, total);
  }

  /**
   * Shows the queue until it is as wanted.
   *
   * @return how it was then
   * @throws IllegalStateException if it does not come to that within a minute
   */
  QueueStats watchUntil(Predicate<QueueStats> wanted) throws InterruptedException {
    long watched = System.nanoTime();
    while (true) {
      QueueStats now = queue.stats();
      show(now);
      if (wanted.test(now)) {
        end(now);
        return now;
      }
      if (System.nanoTime() - watched > PATIENCE.toNanos()) {
        end(now);
        throw new IllegalStateException(
            "nothing more happened within " + PATIENCE.toSeconds() + " s; the queue: " + now);
      }
      pause(LOOK);
    }
  }

  /** Whether no job waits or runs: each has succeeded or is dead. */
  static boolean settled(QueueStats stats) {
    return stats.ready() + stats.scheduled() + stats.active() == 0;
  }

  /** Waits between two looks; ends early when interrupted. */
  static void pause(Duration time) throws InterruptedException {
    LockSupport.parkNanos(time.toNanos());
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private void show(QueueStats now) {
    if (rewrites) {
      out.print(ERASE_LINE + line(now));
      out.flush();
    } else if (now.done() * PLAIN_LINES / total > plainLines) {
      plainLines = now.done() * PLAIN_LINES / total;
      plain(now);
    }
  }

  private void end(QueueStats now) {
    if (rewrites) {
      out.println(ERASE_LINE + line(now));
    } else {
      plain(now);
    }
  }

  private void plain(QueueStats now) {
    String line = line(now);
    if (!line.equals(shown)) {
      shown = line;
      out.println(line);
    }
  }

  private String line(QueueStats now) {
    int filled = (int) (now.done() * BAR / total);
    return String.format(
        Locale.ROOT,
        "  [%s%s] %3d of %d  %d running, %d to retry, %d dead  %.1f s",
        "#".repeat(filled),
        ".".repeat(BAR - filled),
        now.done(),
        total,
        now.active(),
        now.scheduled(),
        now.dead(),
        (System.nanoTime() - started) / 1e9);
  }

  /** Since Java 22 there may be a console without a terminal, and a method that tells. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      Method tells = Console.class.getMethod("isTerminal");
      return Boolean.TRUE.equals(tells.invoke(console));
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
