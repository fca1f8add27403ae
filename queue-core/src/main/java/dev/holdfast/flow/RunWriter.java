package dev.holdfast.flow;

import dev.holdfast.flow.StepRecord.Stamp;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.LeaseLostException;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Runs.AppendReply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a run's entries, in the order they were added, one append in flight: whoever needs his
 * entry written takes all that wait with it, and others wait for him. An entry that nobody needs
 * written rides with the next append, or with the outcome of the attempt.
 *
 * <p>An append without an answer is sent again, the same, for as long as a lease lasts by default;
 * then, and after a refusal, this writer is broken: every later write fails as that one did. Safe
 * for use by many threads; never called with the run's lock held, but by {@link #add} and {@link
 * #rest}.
 */
final class RunWriter {
  private static final int MOST_ENTRIES = 100;
  private static final int MOST_BYTES = 512 * 1024;

  /** Longer than any command's time-out: the engine answers first. */
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** As the default lease; chosen, not measured. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Once the attempt was interrupted. */
  private static final long HURRY_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(2);

  private record Pending(byte[] bytes, Stamp stamp, List<String> subjects) {}

  private final RunHost host;
  private final ReentrantLock lock;
  private final Consumer<AppendReply> heard;
  private final Condition changed;
  // Guarded by lock.
  private final List<Pending> pending = new ArrayList<>();
  private int written;
  private boolean inFlight;
  private @Nullable Supplier<HoldfastException> broken;

  /**
   * Creates a writer.
   *
   * @param lock the run's lock
   * @param written how many entries there are
   * @param heard called with each answer, under the lock
   */
  RunWriter(RunHost host, ReentrantLock lock, int written, Consumer<AppendReply> heard) {
    this.host = host;
    this.lock = lock;
    this.written = written;
    this.heard = heard;
    this.changed = lock.newCondition();
  }

  /** Adds an entry; it is not written yet. */
  void add(byte[] bytes, Stamp stamp, List<String> subjects) {
    lock.lock();
    try {
      pending.add(new Pending(bytes, stamp, subjects));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes all that was added.
   *
   * @throws LeaseLostException if the claim no longer stands
   * @throws EngineUnavailableException if no answer came
   */
  void flush() {
    lock.lock();
    try {
      int wanted = written + pending.size();
      while (written < wanted) {
        if (broken != null) {
          throw broken.get();
        }
        if (inFlight) {
          changed.awaitUninterruptibly();
        } else {
          write(take());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Asks the engine how the run stands: writes nothing if nothing waits. */
  void ask() {
    lock.lock();
    try {
      while (inFlight) {
        changed.awaitUninterruptibly();
      }
      if (broken != null) {
        throw broken.get();
      }
      write(take());
    } finally {
      lock.unlock();
    }
  }

  /** What waits, to be written with the attempt's outcome. Only once no thread writes any more. */
  Append rest() {
    lock.lock();
    try {
      return append(pending);
    } finally {
      lock.unlock();
    }
  }

  /** How many bytes wait. */
  int restBytes() {
    lock.lock();
    try {
      return pending.stream().mapToInt(each -> each.bytes.length).sum();
    } finally {
      lock.unlock();
    }
  }

  int restEntries() {
    lock.lock();
    try {
      return pending.size();
    } finally {
      lock.unlock();
    }
  }

  /** Throws what broke it, if something did. */
  void requireWhole() {
    lock.lock();
    try {
      if (broken != null) {
        throw broken.get();
      }
    } finally {
      lock.unlock();
    }
  }

  private List<Pending> take() {
    int count = 0;
    int bytes = 0;
    while (count < pending.size() && count < MOST_ENTRIES && (count == 0 || bytes < MOST_BYTES)) {
      bytes += pending.get(count).bytes.length;
      count++;
    }
    return List.copyOf(pending.subList(0, count));
  }

  private Append append(List<Pending> batch) {
    return new Append(
        written,
        batch.stream().map(Pending::bytes).toList(),
        batch.stream().flatMap(each -> each.subjects.stream()).distinct().toList());
  }

  /** Sends a batch, the lock given up meanwhile, and takes in the answer. */
  private void write(List<Pending> batch) {
    Append append = append(batch);
    inFlight = true;
    AppendReply reply = null;
    HoldfastException failed = null;
    lock.unlock();
    try {
      reply = send(append);
    } catch (HoldfastException e) {
      failed = e;
    } catch (RuntimeException e) {
      failed = unanswered(append, e);
    } finally {
      lock.lock();
      inFlight = false;
      changed.signalAll();
    }
    if (failed != null) {
      HoldfastException why = failed;
      broken = () -> unanswered(append, why);
      throw failed;
    }
    if (reply == null || !reply.standing()) {
      broken = this::lost;
      host.leaseGone();
      throw lost();
    }
    for (Pending each : batch) {
      each.stamp.written(reply.at());
    }
    pending.subList(0, batch.size()).clear();
    written += batch.size();
    heard.accept(reply);
  }

  private AppendReply send(Append append) {
    long begun = System.nanoTime();
    long pause = FIRST_PAUSE;
    boolean interrupted = false;
    try {
      while (true) {
        Throwable why;
        CompletableFuture<AppendReply> answer = null;
        try {
          answer = host.append(append);
          return answer.get(ANSWER_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          // Whoever interrupted wants the attempt to end, not an outcome to be forgotten.
          interrupted = true;
          AppendReply late = awaitOn(answer);
          if (late != null) {
            return late;
          }
          why = e;
        } catch (ExecutionException e) {
          why = e.getCause() == null ? e : e.getCause();
        } catch (TimeoutException | EngineUnavailableException e) {
          why = e;
        }
        if (why instanceof HoldfastException ours
            && !(ours instanceof EngineUnavailableException)) {
          throw ours;
        }
        long patience = host.drained() || host.timedOut() ? HURRY_NANOS : PATIENCE_NANOS;
        if (System.nanoTime() - begun + pause > patience || host.leaseLost()) {
          throw unanswered(append, why);
        }
        LockSupport.parkNanos(this, pause);
        interrupted |= Thread.interrupted();
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits on for an answer after an interrupt; null if it does not come. */
  private static @Nullable AppendReply awaitOn(@Nullable CompletableFuture<AppendReply> answer) {
    long deadline = System.nanoTime() + HURRY_NANOS;
    while (answer != null) {
      try {
        return answer.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (ExecutionException | TimeoutException e) {
        return null;
      } catch (InterruptedException e) {
        // Remembered by the caller already: waits on.
        Thread.onSpinWait();
      }
    }
    return null;
  }

  private LeaseLostException lost() {
    return new LeaseLostException(
        "run "
            + host.id()
            + " could not record a step: this claim no longer stands, and the outcome will be"
            + " refused");
  }

  private EngineUnavailableException unanswered(Append append, Throwable why) {
    return new EngineUnavailableException(
        "run "
            + host.id()
            + " may or may not have recorded "
            + append.entries().size()
            + " entries after "
            + append.after()
            + ": "
            + why
            + "; the attempt can go no further",
        why);
  }
}
