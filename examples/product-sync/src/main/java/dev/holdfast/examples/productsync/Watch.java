package dev.holdfast.examples.productsync;

import dev.holdfast.JobQueue;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.Page;
import dev.holdfast.job.QueueStats;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Watches the page jobs, as their handlers report their progress, and tells now and then how far
 * they are.
 */
final class Watch {
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration TELL = Duration.ofSeconds(3);
  private static final int PAGE = 200;

  private final PrintStream out;
  private final JobQueue queue;
  private final ProductTable products;
  private final int jobs;
  private final Duration patience;
  private final Runnable atEachLook;
  private final long started = System.nanoTime();
  private long told = started;

  /**
   * Watches so many jobs.
   *
   * @param patience how long to wait for anything
   * @param atEachLook what else to look at meanwhile
   */
  Watch(
      JobQueue queue,
      int jobs,
      ProductTable products,
      Duration patience,
      Runnable atEachLook,
      PrintStream out) {
    this.queue = queue;
    this.jobs = jobs;
    this.products = products;
    this.patience = patience;
    this.atEachLook = atEachLook;
    this.out = out;
  }

  /** Something to wait for. */
  interface Condition {
    boolean holds();
  }

  /**
   * Waits until something holds, and tells how far the jobs are meanwhile.
   *
   * @throws IllegalStateException if it does not come to that
   */
  void until(Condition wanted) throws SQLException, InterruptedException {
    long watched = System.nanoTime();
    while (!wanted.holds()) {
      atEachLook.run();
      if (System.nanoTime() - watched > patience.toNanos()) {
        throw new IllegalStateException(
            "nothing more happened within " + patience.toSeconds() + " s; " + queue.stats());
      }
      if (System.nanoTime() - told > TELL.toNanos()) {
        tell();
      }
      LockSupport.parkNanos(LOOK.toNanos());
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  /** Waits for a while. */
  void pass(Duration time) throws SQLException, InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    until(() -> System.nanoTime() - end >= 0);
  }

  /** How much of all jobs is done, 0 to 1, as their handlers report it. */
  double fraction() {
    // In the order in which a job goes: one that moves meanwhile is seen twice rather than missed,
    // which the minimum below makes up for.
    double sum = queue.stats().done();
    for (JobState state : List.of(JobState.ACTIVE, JobState.PARKED, JobState.READY)) {
      for (JobStatus job : list(state)) {
        JobStatus.Progress progress = job.progress();
        sum += progress == null ? 0 : progress.fraction();
      }
    }
    return Math.min(1, sum / jobs);
  }

  /** Whether each job has succeeded or is dead. */
  boolean settled() {
    QueueStats stats = queue.stats();
    return stats.ready() + stats.parked() + stats.scheduled() + stats.active() == 0;
  }

  /** All jobs of the queue in a state. */
  List<JobStatus> list(JobState state) {
    List<JobStatus> all = new ArrayList<>();
    String cursor = null;
    do {
      Page<JobStatus> page = queue.jobs(state, cursor, PAGE);
      all.addAll(page.items());
      cursor = page.next();
    } while (cursor != null);
    return all;
  }

  /** Prints how far the jobs are. */
  void tell() throws SQLException {
    told = System.nanoTime();
    QueueStats stats = queue.stats();
    out.printf(
        Locale.ROOT,
        "  %4.1f s  %3.0f %%  %,7d products stored  jobs: %d running, %d waiting, %d done%n",
        (told - started) / 1e9,
        100 * fraction(),
        products.size(),
        stats.active(),
        stats.ready() + stats.parked() + stats.scheduled(),
        stats.done());
  }
}
