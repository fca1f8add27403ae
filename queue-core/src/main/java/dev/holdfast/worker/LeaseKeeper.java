package dev.holdfast.worker;

import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.LeaseReply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread a worker: extends the leases of all held jobs once every extension period H, in one
 * call a queue, off the users' threads. Jobs that wait for their handler's gate and outcomes that
 * are not answered yet are held too.
 *
 * <p>While the engine does not answer, it tries again every second at least; handlers run on, and
 * see {@code leaseInDoubt}. Only the engine's word interrupts one.
 */
final class LeaseKeeper {
  private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);
  private static final long LONGEST_RETRY = TimeUnit.SECONDS.toNanos(1);

  private final Claiming claiming;
  private final WorkerOptions options;
  private final List<ServedQueue> queues;
  private final Loop loop;
  private final RetryPause pause;

  /** Set by any thread, cleared by the loop: a round is wanted at once. */
  private volatile boolean asked;

  /** The loop only: when the next round is due, a nanoTime. */
  private long nextAt;

  LeaseKeeper(WorkerPlan plan, String worker, List<ServedQueue> queues) {
    this.claiming = plan.engine().claiming();
    this.options = plan.options();
    this.pause = new RetryPause(plan.engine().reconnectCap());
    this.queues = queues;
    this.loop = new Loop(worker + "-leases", true, new Wakeup(), this::round);
    this.nextAt = System.nanoTime() + options.extendPeriod().toNanos();
  }

  Loop loop() {
    return loop;
  }

  /** Extends at once, to learn at once which jobs are to end. Does not block. */
  void soon() {
    asked = true;
    loop.wakeup().signal();
  }

  private void round() {
    loop.wakeup().awaitUntil(nextAt);
    long now = System.nanoTime();
    boolean due = now - nextAt >= 0;
    if (loop.stopping() || !(due || asked)) {
      return;
    }
    asked = false;
    boolean all = true;
    for (ServedQueue queue : queues) {
      all &= extend(queue);
    }
    if (!all) {
      long wait = now + Math.min(retryNanos(), pause.nextNanos());
      nextAt = due || wait - nextAt < 0 ? wait : nextAt;
      return;
    }
    if (pause.troubled()) {
      log.info("leases are extended again");
    }
    pause.reset();
    if (due) {
      // A fixed grid, so that every claim is extended within H; a late round does not pile up
      // others.
      long period = options.extendPeriod().toNanos();
      nextAt = Math.max(nextAt + period, now + period / 2);
    }
  }

  private long retryNanos() {
    return Math.min(LONGEST_RETRY, options.extendPeriod().toNanos());
  }

  private boolean extend(ServedQueue queue) {
    List<ActiveJob> jobs = new ArrayList<>();
    for (Consumer consumer : queue.consumers()) {
      for (ActiveJob job : consumer.heldJobs()) {
        if (!job.leaseLost()) {
          jobs.add(job);
        }
      }
    }
    if (jobs.isEmpty()) {
      return true;
    }
    List<Held> held = new ArrayList<>(jobs.size());
    for (ActiveJob job : jobs) {
      held.add(job.held());
    }
    long sentAt = System.nanoTime();
    List<LeaseReply> replies;
    try {
      replies = claiming.extend(queue.ref(), options.lease(), held);
    } catch (RuntimeException e) {
      if (!pause.troubled()) {
        log.warn(
            "queue {}: the leases of {} jobs could not be extended, which is tried again until it"
                + " works; they end {} after their latest extension: {}",
            queue.ref().name(),
            jobs.size(),
            AttemptLines.show(options.lease()),
            AttemptLines.oneLine(String.valueOf(e.getMessage()), 300));
      }
      log.debug("queue {}: the leases could not be extended", queue.ref().name(), e);
      return false;
    }
    for (int i = 0; i < jobs.size() && i < replies.size(); i++) {
      answered(jobs.get(i), replies.get(i), sentAt);
    }
    return true;
  }

  private static void answered(ActiveJob job, LeaseReply reply, long sentAt) {
    switch (reply) {
      case EXTENDED -> job.extended(sentAt);
      case CANCEL_REQUESTED -> {
        job.extended(sentAt);
        job.cancel();
      }
      // A job that was settled while the call was under way is not lost: the consumer sees to that.
      case TAKEN, UNCLAIMED, GONE -> job.consumer().leaseLost(job);
    }
  }
}
