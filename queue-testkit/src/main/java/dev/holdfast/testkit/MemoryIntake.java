package dev.holdfast.testkit;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.Intake;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Idempotency;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.MemoryQueue.Named;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where jobs are added. Nothing is ever on its way: every future is complete when it is given. */
final class MemoryIntake implements Intake {
  private static final int MORE_THAN_ADDED = 2;

  private final MemoryStore store;

  MemoryIntake(MemoryStore store) {
    this.store = store;
  }

  @Override
  public List<CompletableFuture<EnqueueReply>> enqueue(
      QueueRef queue, List<NewJob> jobs, long bound, Duration deadline) {
    try {
      return store.act(queue, (stored, now) -> add(stored, now, jobs, bound)).stream()
          .map(CompletableFuture::completedFuture)
          .toList();
    } catch (EngineUnavailableException closed) {
      return jobs.stream()
          .map(job -> CompletableFuture.<EnqueueReply>failedFuture(closed))
          .toList();
    }
  }

  /** Adds jobs, with the queue's lock held. */
  static List<EnqueueReply> add(MemoryQueue queue, Instant now, List<NewJob> jobs, long bound) {
    long millis = now.toEpochMilli();
    long most = queue.bound == null ? bound : queue.bound;
    long space = most - (queue.jobs.size() - queue.done.size() - queue.dead.size());
    Long firstDue = queue.due.firstScore();
    List<EnqueueReply> replies = new ArrayList<>(jobs.size());
    MemoryArrivals arrivals = new MemoryArrivals(queue);
    int named = 0;
    boolean wakes = false;
    for (NewJob job : jobs) {
      EnqueueReply existing = existing(queue, job, millis);
      if (existing == null) {
        existing = queue.uniques.judge(job, millis);
        if (existing != null && queue.uniques.replaced()) {
          named += name(queue, job, String.valueOf(existing.existingKey()), millis);
        }
      }
      if (existing != null) {
        replies.add(existing);
      } else if (space <= 0) {
        replies.add(new EnqueueReply(Verdict.FULL, null));
      } else {
        space--;
        long at = start(job, millis);
        MemoryJob added = new MemoryJob(job, Math.max(at, millis));
        queue.add(added);
        if (at > millis) {
          queue.schedule(added, at);
        } else {
          wakes |= arrivals.place(added);
        }
        named += name(queue, job, job.key(), millis);
        queue.uniques.hold(job, millis);
        replies.add(new EnqueueReply(Verdict.CREATED, null));
      }
    }
    Long nextDue = queue.due.firstScore();
    if (wakes || (nextDue != null && (firstDue == null || nextDue < firstDue))) {
      queue.ring();
    }
    if (named > 0) {
      sweep(queue, millis, named + MORE_THAN_ADDED);
    }
    return replies;
  }

  private static @Nullable EnqueueReply existing(MemoryQueue queue, NewJob job, long now) {
    if (queue.jobs.containsKey(job.key())) {
      return new EnqueueReply(Verdict.EXISTING_ID, job.key());
    }
    Idempotency idempotency = job.idempotency();
    Named named = idempotency == null ? null : queue.names.get(idempotency.key());
    if (idempotency == null || named == null || named.end() <= now) {
      return null;
    }
    return new EnqueueReply(verdict(named, job, idempotency), named.key());
  }

  private static Verdict verdict(Named named, NewJob job, Idempotency asked) {
    if (named.key().equals(job.key())) {
      return Verdict.EXISTING_ID;
    }
    String payload = asked.payload();
    boolean other = payload != null && named.payload() != null && !payload.equals(named.payload());
    return asked.samePayload() && other ? Verdict.CONFLICT : Verdict.EXISTING_IDEMPOTENCY_KEY;
  }

  private static long start(NewJob job, long now) {
    Duration delay = job.start().delay();
    Instant instant = job.start().instant();
    if (delay != null) {
      return now + delay.toMillis();
    }
    return instant == null ? now : instant.toEpochMilli();
  }

  private static int name(MemoryQueue queue, NewJob job, String key, long now) {
    Idempotency idempotency = job.idempotency();
    if (idempotency == null) {
      return 0;
    }
    long end = now + idempotency.keep().toMillis();
    queue.names.put(idempotency.key(), new Named(key, end, idempotency.payload()));
    queue.nameEnds.put(idempotency.key(), end);
    return 1;
  }

  private static void sweep(MemoryQueue queue, long now, int most) {
    for (String name : queue.nameEnds.upTo(now, most)) {
      queue.nameEnds.remove(name);
      queue.names.remove(name);
    }
  }
}
