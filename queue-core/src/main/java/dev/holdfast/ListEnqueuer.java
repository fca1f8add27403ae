package dev.holdfast;

import dev.holdfast.Enqueuer.Prepared;
import dev.holdfast.job.ClosedException;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.job.PayloadException;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.QueueRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Enqueues lists: all jobs are checked before the first is sent, then sent part by part. */
final class ListEnqueuer {
  /**
   * Jobs, and bytes, of a list that wait for their answers at once; each such part has a deadline.
   */
  private static final int PART_JOBS = 2_000;

  private static final int PART_BYTES = 16 * 1024 * 1024;

  /** How many invalid elements of a list a message tells of. */
  private static final int TOLD = 10;

  private final Enqueuer enqueuer;

  ListEnqueuer(Enqueuer enqueuer) {
    this.enqueuer = enqueuer;
  }

  /** Checks and encodes all jobs of a list, or none. */
  List<Prepared> prepareAll(@Nullable List<?> jobs, @Nullable EnqueueOptions common) {
    if (jobs == null) {
      throw new InvalidJobException("the list of jobs is null; nothing was sent");
    }
    if (common == null) {
      throw new InvalidJobException("options are null; use EnqueueOptions.defaults()");
    }
    if (common.retryOf() != null || common.idempotencyKey() != null || common.unique() != null) {
      throw new InvalidJobException(
          "the common options of a list name "
              + (common.retryOf() != null
                  ? "an id to retry"
                  : common.unique() != null ? "a unique key" : "an idempotency key")
              + ", which belongs to one job; give that element a JobRequest. Nothing was sent");
    }
    List<Prepared> prepared = new ArrayList<>(jobs.size());
    Map<Integer, HoldfastException> invalid = new LinkedHashMap<>();
    Set<JobId> ids = new HashSet<>();
    int index = 0;
    for (Object element : jobs) {
      try {
        Prepared job =
            element instanceof JobRequest request
                ? enqueuer.prepare(request.payload(), request.options())
                : enqueuer.prepare(element, common);
        if (!ids.add(job.id())) {
          throw new InvalidJobException("job " + job.id() + " is retried twice in one list");
        }
        prepared.add(job);
      } catch (HoldfastException e) {
        invalid.put(index, e);
      }
      index++;
    }
    if (!invalid.isEmpty()) {
      throw invalid(invalid, index);
    }
    return prepared;
  }

  private static HoldfastException invalid(Map<Integer, HoldfastException> invalid, int of) {
    StringBuilder message = new StringBuilder();
    message.append(invalid.size()).append(" of ").append(of).append(" jobs are invalid");
    message.append(", nothing was sent: ");
    int told = 0;
    for (Map.Entry<Integer, HoldfastException> entry : invalid.entrySet()) {
      if (told == TOLD) {
        message.append("; and ").append(invalid.size() - told).append(" more");
        break;
      }
      message.append(told == 0 ? "" : "; ").append("element ").append(entry.getKey()).append(": ");
      message.append(entry.getValue().getMessage());
      told++;
    }
    HoldfastException first = invalid.values().iterator().next();
    boolean payloads = invalid.values().stream().allMatch(PayloadException.class::isInstance);
    HoldfastException thrown =
        payloads
            ? new PayloadException(((PayloadException) first).problem(), message.toString(), first)
            : new InvalidJobException(message.toString(), first);
    invalid.values().stream().skip(1).limit(TOLD - 1L).forEach(thrown::addSuppressed);
    return thrown;
  }

  /** Sends many jobs, queue by queue, and waits for the answers. */
  List<EnqueueResult> sendAll(List<Prepared> jobs) {
    EnqueueResult[] results = new EnqueueResult[jobs.size()];
    Map<QueueRef, List<Integer>> byQueue = new LinkedHashMap<>();
    for (int i = 0; i < jobs.size(); i++) {
      byQueue.computeIfAbsent(jobs.get(i).queue(), queue -> new ArrayList<>()).add(i);
    }
    boolean away = false;
    for (Map.Entry<QueueRef, List<Integer>> entry : byQueue.entrySet()) {
      List<Integer> indexes = entry.getValue();
      for (int from = 0; from < indexes.size(); ) {
        int to = partEnd(jobs, indexes, from);
        List<Integer> part = indexes.subList(from, to);
        if (away || Thread.currentThread().isInterrupted()) {
          // Else a list of many parts would wait out a deadline for each.
          part.forEach(i -> results[i] = notSent(jobs.get(i)));
        } else {
          away = sendPart(entry.getKey(), jobs, part, results);
        }
        from = to;
      }
    }
    return List.of(results);
  }

  private static int partEnd(List<Prepared> jobs, List<Integer> indexes, int from) {
    long bytes = 0;
    int to = from;
    while (to < indexes.size() && to - from < PART_JOBS && bytes < PART_BYTES) {
      bytes += jobs.get(indexes.get(to)).job().envelope().length;
      to++;
    }
    return to;
  }

  /** Sends jobs of one queue; whether the engine turned out to be away. */
  private boolean sendPart(
      QueueRef queue, List<Prepared> jobs, List<Integer> part, EnqueueResult[] results) {
    List<CompletableFuture<EnqueueReply>> answers;
    try {
      answers = enqueuer.hand(queue, part.stream().map(jobs::get).toList());
    } catch (HoldfastException e) {
      part.forEach(i -> results[i] = result(jobs.get(i), null, e));
      return e instanceof EngineUnavailableException || e instanceof ClosedException;
    }
    long end = System.nanoTime() + enqueuer.patience().toNanos();
    boolean away = false;
    for (int n = 0; n < part.size(); n++) {
      Prepared job = jobs.get(part.get(n));
      EnqueueReply reply = null;
      HoldfastException thrown = null;
      try {
        long left = Math.max(0, end - System.nanoTime());
        reply = answers.get(n).get(left, TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        // From here on every wait ends at once; answers that are there are still read.
        Thread.currentThread().interrupt();
        thrown = EngineErrors.unknown(job.id(), "interrupted while waiting for the answer", e);
      } catch (ExecutionException | TimeoutException e) {
        thrown = EngineErrors.of(job, e);
      }
      results[part.get(n)] = result(job, reply, thrown);
      away |=
          thrown instanceof EngineUnavailableException
              || thrown instanceof OutcomeUnknownException
              || thrown instanceof ClosedException;
    }
    return away;
  }

  private EnqueueResult result(
      Prepared job, @Nullable EnqueueReply reply, @Nullable HoldfastException thrown) {
    HoldfastException cause = thrown;
    if (reply != null) {
      try {
        return enqueuer.enqueued(job, reply);
      } catch (HoldfastException e) {
        cause = e;
      }
    }
    Objects.requireNonNull(cause, "cause");
    return cause instanceof OutcomeUnknownException
        ? new EnqueueResult.Unknown(job.id(), cause)
        : new EnqueueResult.Rejected(job.id(), cause);
  }

  private EnqueueResult notSent(Prepared job) {
    return result(
        job,
        null,
        EngineErrors.of(
            job,
            new EngineUnavailableException(
                "job "
                    + job.id()
                    + " was not sent: the engine did not answer for jobs before it in the list, or"
                    + " the thread was interrupted")));
  }
}
