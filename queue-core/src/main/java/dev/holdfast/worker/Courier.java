package dev.holdfast.worker;

import dev.holdfast.flow.Mail;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.json.MailJson;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs.Delivery;
import dev.holdfast.spi.Runs.Ended;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread a worker: tells runs and batches of the ends of the jobs they wait for. A turn says
 * when a queue has such ends; they are read, told, and only then forgotten, so a worker that dies
 * in between means that an end is told twice, which its message's id makes nothing of.
 *
 * <p>Every worker does it for the queues it serves. Ends that came about without a worker, by a
 * cancel or a purge, are told with the next turn of any.
 */
final class Courier {
  private static final Logger log = LoggerFactory.getLogger(Courier.class);

  /** Nothing to do for so long: health sees that the loop moves. */
  private static final long IDLE = TimeUnit.SECONDS.toNanos(2);

  private final Engine engine;

  /** Queues with untold ends. Added by any thread, removed by the loop. */
  private final Set<QueueRef> untold = ConcurrentHashMap.newKeySet();

  private final Loop loop;
  private final RetryPause pause;

  /** Parents' queues that cannot be used, and have been logged. The loop's thread only. */
  private final Set<String> broken = new LinkedHashSet<>();

  Courier(WorkerPlan plan, String worker) {
    this.engine = plan.engine();
    this.pause = new RetryPause(plan.engine().reconnectCap());
    this.loop = new Loop(worker + "-courier", true, new Wakeup(), this::round);
  }

  Loop loop() {
    return loop;
  }

  /** A turn has told that a queue has untold ends. Any thread; does not block. */
  void untold(QueueRef queue) {
    if (untold.add(queue)) {
      loop.wakeup().signal();
    }
  }

  private void round() {
    boolean stuck = false;
    for (QueueRef queue : List.copyOf(untold)) {
      // Before it is read: what a turn tells meanwhile marks it again.
      untold.remove(queue);
      try {
        stuck |= !tellAll(queue);
      } catch (RuntimeException e) {
        untold.add(queue);
        throw e;
      }
    }
    if (stuck) {
      loop.wakeup().awaitUntil(System.nanoTime() + pause.nextNanos());
    } else {
      pause.reset();
      if (untold.isEmpty()) {
        loop.wakeup().awaitUntil(System.nanoTime() + IDLE);
      }
    }
  }

  /** Tells the ends of a queue; false if one cannot be told for now. */
  private boolean tellAll(QueueRef queue) {
    while (!loop.stopping()) {
      List<Ended> ended = engine.runs().ended(queue);
      if (ended.isEmpty()) {
        return true;
      }
      List<Ended> told = new ArrayList<>(ended.size());
      for (Ended each : ended) {
        if (tell(queue, each)) {
          told.add(each);
        }
      }
      if (!told.isEmpty()) {
        engine.runs().told(queue, told);
      }
      if (told.size() < ended.size()) {
        untold.add(queue);
        return false;
      }
    }
    untold.add(queue);
    return true;
  }

  /** Tells one end; false if its parent's queue cannot be used. */
  private boolean tell(QueueRef queue, Ended ended) {
    JobId parent;
    Mail.JobEnded mail;
    try {
      parent = JobId.parse(ended.parent());
      mail = mail(queue, ended);
    } catch (InvalidNameException e) {
      log.error("job {} of queue {}: its end cannot be told", ended.key(), queue.name(), e);
      return true;
    }
    try {
      Delivery delivery =
          engine
              .runs()
              .deliver(QueueRef.of(parent), parent.key(), mail.id(), MailJson.encode(mail));
      if (delivery == Delivery.FULL) {
        log.error(
            "run {} has as many messages as one may have: it is not told that job {} has ended",
            parent,
            mail.job());
      }
      broken.remove(parent.queue());
      return true;
    } catch (QueueCorruptException e) {
      if (broken.size() < 100 && broken.add(parent.queue())) {
        log.error(
            "runs of queue {} are not told of the ends of their jobs: {}",
            parent.queue(),
            AttemptLines.oneLine(String.valueOf(e.getMessage()), 300));
      }
      return false;
    }
  }

  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  private static Mail.JobEnded mail(QueueRef queue, Ended ended) {
    return new Mail.JobEnded(
        queue.id(ended.key()), ended.claims(), ended.how(), ended.reason(), ended.text());
  }
}
