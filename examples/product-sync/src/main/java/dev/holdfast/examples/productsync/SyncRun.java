package dev.holdfast.examples.productsync;

import dev.holdfast.Holdfast;
import dev.holdfast.JobQueue;
import dev.holdfast.examples.productsync.ShopServer.Catalogue;
import dev.holdfast.examples.productsync.SyncWorker.Site;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.schedule.ScheduleId;
import dev.holdfast.schedule.Schedules;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One sync: two workers, the schedule asked for a run, a worker killed after a third, the shop's
 * limit lowered for three of its minutes after 60 %, and an account at the end.
 */
final class SyncRun {
  private static final ScheduleId HOURLY =
      new ScheduleId(StartSync.QUEUE, StartSyncHandler.SCHEDULE);
  private static final int LOWERED = 20;
  private static final Duration LOWERED_FOR = Duration.ofMinutes(3);

  private final Holdfast holdfast;
  private final JobQueue queue;
  private final ProductTable products;
  private final Site site;
  private final ShopClient shop;
  private final PrintStream out;
  private final Deque<ChildJvm> workers = new ArrayDeque<>();

  /** The jobs that the killed worker held, and whether it was told that they go on. */
  private final Map<JobId, Boolean> heldByKilled = new LinkedHashMap<>();

  private int workersStarted;

  SyncRun(Holdfast holdfast, ProductTable products, Site site, PrintStream out) {
    this.holdfast = holdfast;
    this.queue = holdfast.queue(SyncPages.QUEUE);
    this.products = products;
    this.site = site;
    this.shop = new ShopClient(site.shop(), site.tempo());
    this.out = out;
  }

  /** Runs it and tells what came of it. */
  Outcome run(Catalogue catalogue) throws IOException, SQLException, InterruptedException {
    ShopLimit.set(queue, site.tempo());
    out.printf(
        "Queue \"%s\" lets through %d requests a minute, %d at once.%n%n",
        queue.name(), ShopLimit.PER_MINUTE, ShopLimit.AT_ONCE);
    Watch watch;
    try {
      ChildJvm first = startWorker();
      ChildJvm second = startWorker();
      ready(first);
      ready(second);
      shop.beginPhase("two workers", ShopServer.PER_MINUTE);
      watch = start(catalogue);

      watch.until(() -> watch.fraction() >= 1 / 3.0);
      shop.beginPhase("one killed", ShopServer.PER_MINUTE);
      ChildJvm third = killOne(watch);

      watch.until(() -> watch.fraction() >= 0.6);
      lower(watch);
      third.awaitReady();

      watch.until(watch::settled);
      watch.tell();
    } finally {
      workers.forEach(ChildJvm::end); // together, for each takes a moment
      workers.forEach(ChildJvm::close);
    }
    tellOfResumed();
    return account(catalogue, watch.list(JobState.SUCCEEDED));
  }

  private ChildJvm startWorker() throws IOException {
    ChildJvm worker = SyncWorker.start("worker-" + ++workersStarted, site);
    workers.addLast(worker);
    return worker;
  }

  private void ready(ChildJvm worker) throws IOException {
    worker.awaitReady();
    out.printf("%s runs as process %d.%n", worker.name(), worker.pid());
  }

  /** Does not wait for the full hour, and waits for the page jobs to be there. */
  private Watch start(Catalogue catalogue) throws SQLException, InterruptedException {
    Schedules schedules = holdfast.schedules();
    int jobs = SyncPages.jobs(catalogue.pages());
    Duration patience =
        site.tempo().real(Duration.ofMinutes(catalogue.pages() / 20)).plusMinutes(1);
    Watch watch = new Watch(queue, jobs, products, patience, this::tellOfResumed, out);
    watch.until(() -> schedules.find(HOURLY).isPresent());
    out.printf("Schedule %s would fire at %s.%n", HOURLY, schedules.next(HOURLY, 3));
    // A sync that the full hour starts in the middle of this one would be right, and confuse.
    schedules.pause(HOURLY);
    JobId started = schedules.triggerNow(HOURLY);
    watch.until(() -> holdfast.result(started, Integer.class).isPresent());
    out.printf("Triggered now instead: %d jobs of %d pages each.%n", jobs, SyncPages.PAGES);
    return watch;
  }

  /** Kills a worker that holds a job half done. Returns the one it starts instead. */
  private ChildJvm killOne(Watch watch) throws IOException, SQLException, InterruptedException {
    List<JobStatus> left;
    ChildJvm next;
    do {
      ChildJvm worker = workers.removeFirst();
      try (worker) {
        watch.until(() -> !heldBy(worker, watch).isEmpty());
        worker.kill();
      }
      left = heldBy(worker, watch); // none if the last of them ended just before
      out.printf("%n%s is dead (SIGKILL). What it had in its hands:%n", worker.name());
      left.forEach(job -> out.printf("  %s: %s copied%n", job.id(), noteOf(job)));
      next = startWorker();
      out.printf("%s starts as process %d.%n", next.name(), next.pid());
    } while (left.isEmpty());
    left.forEach(job -> heldByKilled.put(job.id(), false));
    return next;
  }

  /** Tells once of each job that was taken back from the dead worker. */
  private void tellOfResumed() {
    heldByKilled.replaceAll(
        (id, told) -> {
          if (told) {
            return true;
          }
          Optional<String> line =
              holdfast.status(id).flatMap(job -> job.log().stream().findFirst());
          line.ifPresent(text -> out.printf("  %s: %s%n", id, text));
          return line.isPresent();
        });
  }

  /** The jobs that a worker holds and that have copied some of their pages. */
  private static List<JobStatus> heldBy(ChildJvm worker, Watch watch) {
    return watch.list(JobState.ACTIVE).stream()
        .filter(
            job ->
                String.valueOf(job.worker()).startsWith(worker.name() + "-")
                    && job.progress() != null)
        .toList();
  }

  private static String noteOf(JobStatus job) {
    JobStatus.Progress progress = job.progress();
    return progress == null ? "nothing" : progress.note();
  }

  private void lower(Watch watch) throws IOException, SQLException, InterruptedException {
    shop.beginPhase("lowered", LOWERED);
    out.printf(
        "The shop allows %d requests a minute only, for %d of its minutes.%n",
        LOWERED, LOWERED_FOR.toMinutes());
    watch.pass(site.tempo().real(LOWERED_FOR));
    shop.beginPhase("as before", ShopServer.PER_MINUTE);
    out.printf("The shop allows %d again.%n", ShopServer.PER_MINUTE);
  }

  private Outcome account(Catalogue catalogue, List<JobStatus> done)
      throws IOException, SQLException, InterruptedException {
    long claims = 0;
    long failures = 0;
    for (JobStatus job : done) {
      Counters counters = job.counters();
      claims += counters.claims();
      failures += counters.failures();
    }
    return new Outcome(
        catalogue,
        products.audit(),
        shop.phases(),
        done.size(),
        claims,
        failures,
        queue.stats().dead(),
        heldByKilled.size(),
        (int) heldByKilled.values().stream().filter(told -> told).count());
  }
}
