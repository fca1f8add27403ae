package dev.holdfast.worker;

import dev.holdfast.batch.BatchOrder;
import dev.holdfast.batch.BatchOrder.Follower;
import dev.holdfast.batch.BatchTally;
import dev.holdfast.flow.Mail;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.NonRetriableException;
import dev.holdfast.job.PayloadException;
import dev.holdfast.json.BatchJson;
import dev.holdfast.json.MailJson;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs.AppendReply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads a batch: looks at what its job was told, does what follows from it, and suspends until so
 * many more messages have come that there may be more to do. A batch of 10,000 jobs that all
 * succeed is looked at twice.
 *
 * <p>A function of the job's payload and its messages; its journal has one entry, written when all
 * jobs have ended and not all have succeeded, whose instant the wait for redriven ones is counted
 * from. So a crash means that it looks again. What it enqueues has idempotency keys of the batch.
 *
 * <ol>
 *   <li>Until it is told that all jobs were enqueued it waits, 24 hours at most;
 *   <li>until each job has ended at least once it waits, without end;
 *   <li>then the complete follower is enqueued, and, if all have succeeded, the success follower:
 *       the batch has succeeded. Else the failure follower;
 *   <li>if only dead ones are missing, it waits for their ends after a redrive, as long as it is
 *       kept open. What was cancelled cannot come back: then the batch is dead at once.
 * </ol>
 */
final class BatchLeader implements RegisteredHandler.Single {
  private static final Logger log = LoggerFactory.getLogger(BatchLeader.class);
  private static final byte[] ALL_ENDED = "{\"ended\":true}".getBytes(StandardCharsets.US_ASCII);

  /** How long followers are known by their keys; longer than a batch can wait. */
  private static final Duration KEPT = Duration.ofDays(366);

  /** Longer than any command's time-out: the engine answers first. */
  private static final long ANSWER_SECONDS = 5;

  private final WorkerPlan plan;
  private final OwnJobs jobs;

  BatchLeader(WorkerPlan plan, OwnJobs jobs) {
    this.plan = plan;
    this.jobs = jobs;
  }

  @Override
  public @Nullable Object handle(Object payload, JobContext context) {
    AttemptContext attempt = (AttemptContext) context;
    if (attempt.job().claim().cancelRequested()) {
      throw context.discard("its end was asked for");
    }
    BatchOrder order;
    try {
      order = BatchJson.decode((byte[]) payload);
    } catch (PayloadException e) {
      throw new NonRetriableException(String.valueOf(e.getMessage()), e);
    }
    Journal journal = journal(attempt);
    BatchTally tally = BatchTally.of(mail(attempt, journal));
    if (!tally.sealed() || tally.ended() < order.total()) {
      throw waitForJobs(attempt, order, tally, journal);
    }
    follow(attempt, "complete", order.complete());
    if (tally.succeeded() == order.total()) {
      follow(attempt, "success", order.success());
      return counts(tally);
    }
    follow(attempt, "failure", order.failure());
    throw waitForRedrives(attempt, order, tally, journal);
  }

  private JobContext.Verb waitForJobs(
      AttemptContext attempt, BatchOrder order, BatchTally tally, Journal journal) {
    int wakeOn = journal.messages().size() + tally.least(order.total());
    if (tally.sealed()) {
      return suspend(attempt, Append.nothing(journal.entries().size()), null, null, wakeOn);
    }
    Instant until = attempt.enqueuedAt().plus(BatchOrder.SEALED_WITHIN);
    if (!now(attempt, journal).isBefore(until)) {
      return attempt.bury(
          "it was never sealed: who enqueued it died before all of its jobs were enqueued, and did"
              + " not do it again");
    }
    return suspend(attempt, Append.nothing(journal.entries().size()), until, null, wakeOn);
  }

  private JobContext.Verb waitForRedrives(
      AttemptContext attempt, BatchOrder order, BatchTally tally, Journal journal) {
    String missing =
        tally.dead()
            + " of its "
            + order.total()
            + " jobs died, "
            + tally.cancelled()
            + " were cancelled";
    if (tally.cancelled() > 0) {
      return attempt.bury(missing);
    }
    int wakeOn = journal.messages().size() + tally.least(order.total());
    if (journal.entries().isEmpty()) {
      if (order.keepOpen().isZero()) {
        return attempt.bury(missing);
      }
      Append entry = new Append(0, List.of(ALL_ENDED), List.of());
      return suspend(attempt, entry, null, order.keepOpen(), wakeOn);
    }
    Instant until = journal.entries().get(0).at().plus(order.keepOpen());
    if (!now(attempt, journal).isBefore(until)) {
      return attempt.bury(
          missing + ", and not all were redriven and succeeded within " + order.keepOpen());
    }
    return suspend(attempt, Append.nothing(journal.entries().size()), until, null, wakeOn);
  }

  private static JobContext.Verb suspend(
      AttemptContext attempt,
      Append append,
      @Nullable Instant until,
      @Nullable Duration delay,
      int wakeOn) {
    return attempt.suspend(new Outcome.Suspended(append, until, delay, wakeOn, false));
  }

  private Journal journal(AttemptContext attempt) {
    Journal claimed = attempt.job().claim().journal();
    if (claimed == null) {
      return Journal.EMPTY;
    }
    return claimed.whole()
        ? claimed
        : plan.engine().runs().read(QueueRef.of(attempt.id()), attempt.id().key());
  }

  private static List<Mail> mail(AttemptContext attempt, Journal journal) {
    List<Mail> mail = new ArrayList<>(journal.messages().size());
    for (Journal.Message message : journal.messages()) {
      try {
        mail.add(MailJson.decode(message.bytes()));
      } catch (PayloadException e) {
        log.warn("batch {}: message {} counts for nothing", attempt.id(), message.id(), e);
      }
    }
    return mail;
  }

  /** The engine's clock: an append of nothing tells it. */
  private Instant now(AttemptContext attempt, Journal journal) {
    AppendReply reply;
    try {
      reply =
          plan.engine()
              .runs()
              .append(
                  QueueRef.of(attempt.id()),
                  attempt.job().held(),
                  plan.options().lease(),
                  Append.nothing(journal.entries().size()))
              .get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineUnavailableException("interrupted while the engine was asked the time", e);
    } catch (TimeoutException e) {
      throw new EngineUnavailableException("the engine did not tell the time", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HoldfastException known) {
        throw known;
      }
      throw new EngineUnavailableException("the engine did not tell the time", e);
    }
    if (!reply.standing()) {
      // Whatever is decided now is refused; the job goes on elsewhere.
      throw attempt.snooze(Duration.ZERO);
    }
    return reply.at();
  }

  private void follow(AttemptContext attempt, String when, @Nullable Follower follower) {
    if (follower == null) {
      return;
    }
    jobs.enqueue(
        QueueRef.of(follower.queue()),
        new NewJob(
            jobs.nextKey(),
            follower.type(),
            follower.priority(),
            new NewJob.Start(follower.delay(), follower.instant()),
            new NewJob.Idempotency("batch:" + attempt.id() + ":" + when, KEPT),
            null,
            follower.limitKey(),
            follower.cost(),
            follower.subjects().isEmpty()
                ? null
                : new NewJob.Ties(follower.subjects(), null, false),
            false,
            follower.envelope()));
  }

  private static Map<String, Integer> counts(BatchTally tally) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    counts.put("total", tally.total());
    counts.put("succeeded", tally.succeeded());
    counts.put("dead", tally.dead());
    counts.put("cancelled", tally.cancelled());
    return counts;
  }
}
