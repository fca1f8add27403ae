package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns, leases and notes. */
final class MemoryClaiming implements Claiming {
  private final MemoryStore store;
  private final CancelListeners listeners;

  MemoryClaiming(MemoryStore store, CancelListeners listeners) {
    this.store = store;
    this.listeners = listeners;
  }

  @Override
  public void open(QueueRef queue) {
    store.run(queue, (stored, now) -> {});
  }

  @Override
  public TurnReply turn(Turn turn) {
    return store.act(
        turn.queue(), (queue, now) -> new MemoryTurn(queue, now, turn, store.gate()).take());
  }

  @Override
  public List<LeaseReply> extend(QueueRef queue, Duration lease, List<Held> held) {
    return store.act(
        queue,
        (stored, now) -> {
          long end = now.toEpochMilli() + lease.toMillis();
          return held.stream().map(one -> extend(stored, one, end)).toList();
        });
  }

  private static LeaseReply extend(MemoryQueue queue, Held held, long end) {
    MemoryJob job = queue.jobs.get(held.key());
    if (job == null) {
      return LeaseReply.GONE;
    } else if (job.state != JobState.ACTIVE) {
      return LeaseReply.UNCLAIMED;
    } else if (!held.token().equals(job.token)) {
      return LeaseReply.TAKEN;
    }
    queue.leases.put(job.key, end);
    return job.cancelRequested ? LeaseReply.CANCEL_REQUESTED : LeaseReply.EXTENDED;
  }

  @Override
  public CompletableFuture<Boolean> note(QueueRef queue, Held held, Note note) {
    try {
      return CompletableFuture.completedFuture(
          store.act(queue, (stored, now) -> note(stored.jobs.get(held.key()), held, note)));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static Boolean note(@Nullable MemoryJob job, Held held, Note note) {
    boolean stands = job != null && job.state == JobState.ACTIVE && held.token().equals(job.token);
    if (job != null && stands) {
      job.notes.write(note);
    }
    return stands;
  }

  @Override
  public void leave(QueueRef queue, String consumer) {
    store.run(
        queue,
        (stored, now) -> {
          if (!stored.held.containsKey(consumer)) {
            stored.workers.remove(consumer);
          }
          if (stored.watch != null && stored.watch.keeper().equals(consumer)) {
            stored.watch = null;
          }
          // Whoever is woken takes the watch, and what this consumer would have claimed.
          stored.ring();
        });
  }

  @Override
  public Subscription onCancel(QueueRef queue, Consumer<String> onCancel) {
    return listeners.add(queue, onCancel);
  }
}
