package dev.holdfast.worker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread a worker: interrupts handlers that run past their timeout, and gives up those that do
 * not end within the grace after that. It looks through all running attempts every so often, so
 * that an attempt costs no timer; a timeout is late by at most a twentieth of the shortest timeout,
 * and by half a second at most.
 */
final class TimeoutWatch {
  private static final Logger log = LoggerFactory.getLogger(TimeoutWatch.class);
  private static final Duration MOST = Duration.ofMillis(500);
  private static final Duration LEAST = Duration.ofMillis(5);
  private static final int MOST_FRAMES = 12;

  private final List<ServedQueue> queues;
  private final Settler settler;
  private final long graceNanos;
  private final long periodNanos;
  private final Loop loop;

  TimeoutWatch(WorkerPlan plan, String worker, List<ServedQueue> queues, Settler settler) {
    this.queues = queues;
    this.settler = settler;
    this.graceNanos = plan.options().interruptGrace().toNanos();
    this.periodNanos = period(plan.handlers()).toNanos();
    this.loop = new Loop(worker + "-timeouts", true, new Wakeup(), this::round);
  }

  Loop loop() {
    return loop;
  }

  static Duration period(Handlers handlers) {
    Duration shortest =
        handlers.all().stream()
            .map(handler -> handler.settings().timeout())
            .min(Duration::compareTo)
            .orElse(MOST);
    Duration share = shortest.dividedBy(20);
    if (share.compareTo(LEAST) < 0) {
      return LEAST;
    }
    return share.compareTo(MOST) > 0 ? MOST : share;
  }

  private void round() {
    loop.wakeup().awaitUntil(System.nanoTime() + periodNanos);
    long now = System.nanoTime();
    for (ServedQueue queue : queues) {
      for (Consumer consumer : queue.consumers()) {
        for (ActiveJob job : consumer.heldJobs()) {
          if (job.phase() == Phase.RUNNING && now - job.deadline() >= 0) {
            overdue(job, now);
          }
        }
      }
    }
  }

  private void overdue(ActiveJob job, long now) {
    if (job.timeOut()) {
      log.debug("{}: its timeout has passed; interrupted", AttemptLines.head(job));
    }
    if (now - job.deadline() >= graceNanos) {
      giveUp(job);
    }
  }

  private void giveUp(ActiveJob job) {
    RegisteredHandler handler = job.handler();
    if (handler == null) {
      return;
    }
    String stack = stack(job);
    Verdict verdict =
        settler
            .rules()
            .timedOut(null, job.cancelRequested(), job.claim().counters(), handler.settings());
    if (settler.giveUp(job, verdict)) {
      log.warn(
          "{}: its handler did not end when it was interrupted; its slot is free, its thread runs"
              + " on at{}",
          AttemptLines.head(job),
          stack);
    }
  }

  /** Where a handler's thread is, for a log. */
  static String stack(ActiveJob job) {
    return Stream.of(job.stack())
        .limit(MOST_FRAMES)
        .map(frame -> "\n    " + frame)
        .collect(Collectors.joining());
  }

  /** The period, for tests. */
  long periodMillis() {
    return TimeUnit.NANOSECONDS.toMillis(periodNanos);
  }
}
