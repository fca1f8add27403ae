package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.NewJob.Ties;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Journals, messages, forks and the ends that are to be told. */
final class MemoryRuns implements Runs {
  private static final int MOST_SPREAD = 100;

  private final MemoryStore store;

  MemoryRuns(MemoryStore store) {
    this.store = store;
  }

  @Override
  public Journal read(QueueRef ref, String key) {
    return store.act(
        ref,
        (queue, now) -> {
          MemoryJob job = queue.jobs.get(key);
          return job == null ? Journal.EMPTY : job.journal.read();
        });
  }

  @Override
  public CompletableFuture<AppendReply> append(
      QueueRef ref, Held held, Duration lease, Append append) {
    try {
      return CompletableFuture.completedFuture(
          store.act(ref, (queue, now) -> append(queue, now, held, lease, append)));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static AppendReply append(
      MemoryQueue queue, Instant now, Held held, Duration lease, Append append) {
    MemoryJob job = queue.jobs.get(held.key());
    if (job == null
        || job.state != JobState.ACTIVE
        || !held.token().equals(job.token)
        || !job.journal.fits(append)) {
      return new AppendReply(false, now, 0, false);
    }
    Instant at = queue.write(job, append, now);
    queue.leases.put(job.key, now.toEpochMilli() + lease.toMillis());
    return new AppendReply(true, at, job.journal.messages(), job.cancelRequested);
  }

  @Override
  public Delivery deliver(QueueRef ref, String key, String id, byte[] bytes) {
    return store.act(ref, (queue, now) -> deliver(queue, now, key, id, bytes));
  }

  private static Delivery deliver(
      MemoryQueue queue, Instant now, String key, String id, byte[] bytes) {
    MemoryJob job = queue.jobs.get(key);
    if (job == null || job.ended()) {
      return Delivery.NOT_FOUND;
    }
    Delivery delivery = job.journal.deliver(id, bytes, now);
    if (job.state == JobState.WAITING && job.journal.messages() >= job.wakeOn) {
      queue.wake(job, now.toEpochMilli());
    }
    return delivery;
  }

  @Override
  public @Nullable String spread(
      QueueRef ref, String subject, String id, byte[] bytes, @Nullable String after) {
    return store
        .act(
            ref,
            (queue, now) -> {
              List<String> keys = queue.subjects.page(subject, after, MOST_SPREAD);
              keys.forEach(key -> deliver(queue, now, key, id, bytes));
              return keys.size() < MOST_SPREAD
                  ? Optional.<String>empty()
                  : Optional.of(keys.get(keys.size() - 1));
            })
        .orElse(null);
  }

  @Override
  public List<Ended> ended(QueueRef ref) {
    return store.act(ref, (queue, now) -> queue.untold.first());
  }

  @Override
  public void told(QueueRef ref, List<Ended> ended) {
    store.run(ref, (queue, now) -> queue.untold.told(ended));
  }

  @Override
  public ForkReply fork(QueueRef ref, String key, String copy, int entries) {
    return store.act(ref, (queue, now) -> fork(queue, now, key, copy, entries));
  }

  private static ForkReply fork(
      MemoryQueue queue, Instant now, String key, String copy, int entries) {
    MemoryJob job = queue.jobs.get(key);
    if (queue.jobs.containsKey(copy)) {
      return ForkReply.DONE;
    } else if (job == null || job.envelope == null) {
      return ForkReply.NOT_FOUND;
    } else if (job.journal.entries() < entries) {
      return ForkReply.TOO_FEW;
    }
    NewJob made =
        new NewJob(
            copy,
            job.type,
            job.priority,
            Start.NOW,
            null,
            null,
            job.limitKey,
            job.cost,
            new Ties(List.copyOf(job.journal.subjects()), null, false),
            false,
            job.envelope);
    MemoryJob added = new MemoryJob(made, now.toEpochMilli());
    added.journal.copy(job.journal, entries);
    queue.add(added);
    queue.toTail(added);
    queue.ring();
    return ForkReply.DONE;
  }
}
