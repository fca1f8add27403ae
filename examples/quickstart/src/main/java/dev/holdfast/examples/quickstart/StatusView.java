package dev.holdfast.examples.quickstart;

import dev.holdfast.Holdfast;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobStatus;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * Follows one job by its id, as the page of a web application would that asks every moment: how is
 * it? Any process can ask; it need not be the one that enqueued.
 */
final class StatusView {
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Holdfast holdfast;
  private final PrintStream out;

  StatusView(Holdfast holdfast, PrintStream out) {
    this.holdfast = holdfast;
    this.out = out;
  }

  /**
   * Prints each change until the job has ended.
   *
   * @return how it ended
   * @throws IllegalStateException if the job is not known, or does not end within a minute
   */
  JobStatus follow(JobId id) throws InterruptedException {
    long started = System.nanoTime();
    String shown = "";
    while (true) {
      JobStatus status =
          holdfast
              .status(id)
              .orElseThrow(() -> new IllegalStateException("job " + id + " is not known"));
      long elapsed = System.nanoTime() - started;
      String text = describe(status);
      if (!text.equals(shown)) {
        shown = text;
        out.printf(Locale.ROOT, "  %4.1f s  %s%n", elapsed / 1e9, text);
      }
      if (status.state().isFinal()) {
        return status;
      }
      if (elapsed > PATIENCE.toNanos()) {
        throw new IllegalStateException("job " + id + " has not ended: " + status);
      }
      Progress.pause(LOOK);
    }
  }

  private static String describe(JobStatus status) {
    String phase = status.phase().name().toLowerCase(Locale.ROOT);
    return switch (status.phase()) {
      case QUEUED -> phase + ", " + status.state().name().toLowerCase(Locale.ROOT);
      case RUNNING -> phase + ", " + quarters(status) + " %";
      case SUCCEEDED -> phase;
      case FAILED -> phase + ", " + status.reason();
    };
  }

  private static int quarters(JobStatus status) {
    JobStatus.Progress progress = status.progress();
    return progress == null ? 0 : 25 * (int) (4 * progress.fraction());
  }
}
