package dev.holdfast;

import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.Naming;
import dev.holdfast.job.Page;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.StateReason;
import dev.holdfast.json.AttemptJson;
import dev.holdfast.json.EnvelopeJson;
import dev.holdfast.json.ProgressJson;
import dev.holdfast.spi.Envelope;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredJob;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what an engine stores of a job into what a user sees. Never fails over a job's bytes: what
 * cannot be read is left out, or shown raw.
 */
final class JobViews {
  private static final Logger LOG = LoggerFactory.getLogger(JobViews.class);
  private static final int MOST_A_PAGE = 200;

  private final EnvelopeJson envelopes;

  JobViews(EnvelopeJson envelopes) {
    this.envelopes = envelopes;
  }

  JobStatus status(QueueRef queue, StoredJob job) {
    Envelope envelope = envelope(job);
    byte[] progress = job.progress();
    return new JobStatus(
        queue.id(job.key()),
        job.type(),
        job.state(),
        job.reason(),
        job.since(),
        job.priority(),
        job.runAt(),
        job.parkedBy(),
        job.counters(),
        progress == null ? null : ProgressJson.decode(progress).orElse(null),
        job.consumer(),
        job.cancelRequested(),
        envelope == null ? null : envelope.correlationId(),
        history(job),
        job.log());
  }

  DeadLetter deadLetter(QueueRef queue, StoredJob job) {
    Envelope envelope = envelope(job);
    byte[] stored = job.raw() != null ? job.raw() : job.envelope();
    boolean shownRaw = envelope == null || job.reason() == StateReason.MALFORMED;
    return new DeadLetter(
        queue.id(job.key()),
        job.type(),
        job.reason(),
        job.since(),
        job.keptUntil() == null ? job.since() : job.keptUntil(),
        job.counters(),
        history(job),
        payload(envelope),
        envelope == null ? null : envelope.correlationId(),
        envelope == null ? Map.of() : envelope.headers(),
        stored == null ? 0 : stored.length,
        shownRaw ? stored : null);
  }

  /** A page of views; entries that are no job's key, which Holdfast did not write, are left out. */
  static <T> Page<T> page(
      QueueRef queue, Page<StoredJob> page, BiFunction<QueueRef, StoredJob, T> view) {
    List<T> items =
        page.items().stream()
            .filter(job -> isJob(queue, job))
            .map(job -> view.apply(queue, job))
            .toList();
    return new Page<>(items, page.next());
  }

  private static boolean isJob(QueueRef queue, StoredJob job) {
    boolean known = JobId.isKey(job.key());
    if (!known) {
      LOG.warn(
          "Queue {} lists {}, which is no key of a job; left out of the page",
          queue.name(),
          Naming.quote(job.key()));
    }
    return known;
  }

  /** The size of a page if it may be one. */
  static int pageSize(int size) {
    if (size < 1 || size > MOST_A_PAGE) {
      throw new IllegalArgumentException(
          "page size is " + size + "; it must be 1 to " + MOST_A_PAGE);
    }
    return size;
  }

  /** Where a job is, if it is in the queue of this name. */
  static QueueRef in(String queue, JobId id) {
    if (!queue.equals(id.queue())) {
      throw new IllegalArgumentException("job " + id + " is not in queue " + queue);
    }
    return QueueRef.of(id);
  }

  private static List<Attempt> history(StoredJob job) {
    return job.attempts().stream().map(AttemptJson::decode).toList();
  }

  private static @Nullable String payload(@Nullable Envelope envelope) {
    return envelope == null || envelope.payload().length == 0
        ? null
        : new String(envelope.payload(), StandardCharsets.UTF_8);
  }

  private @Nullable Envelope envelope(StoredJob job) {
    byte[] stored = job.envelope();
    if (stored == null) {
      return null;
    }
    try {
      return envelopes.decode(stored);
    } catch (PayloadException e) {
      return null;
    }
  }
}
