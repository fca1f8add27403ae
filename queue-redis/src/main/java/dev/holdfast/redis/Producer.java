package dev.holdfast.redis;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.redis.RedisErrors.Kind;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Adds jobs to one queue: one call in flight, and what concurrent callers hand in meanwhile goes
 * with the next, so that many threads share a round trip and one alone waits for nobody.
 *
 * <p>Each call has a sequence that Redis keeps with its result. A call whose answer was lost is
 * sent again unchanged until an answer comes, even when its callers have given up: until then
 * nobody can know whether it arrived, and a later call would make the earlier one's repeat look
 * stale. Callers that wait behind it fail with nothing sent: at their own deadline, or at once if
 * Redis refuses the repeat for a reason that would be theirs as well (no memory, a corrupt queue).
 */
final class Producer {
  private static final EnqueueReply CREATED = new EnqueueReply(Verdict.CREATED, null);
  private static final int MOST_JOBS = 100;
  private static final int MOST_BYTES = 1 << 20;
  private static final long FIRST_RETRY_MS = 20;
  private static final long LAST_RETRY_MS = 500;

  private final Shared shared;
  private final QueueRef queue;
  private final String name;
  private final ScheduledExecutorService timer;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: the callers that wait, the call on its way, the last sequence, whether closed.
  private final Deque<Entry> waiting = new ArrayDeque<>();
  private @Nullable Call call;
  private long sequence;
  private boolean closed;

  Producer(Shared shared, QueueRef queue, String name, ScheduledExecutorService timer) {
    this.shared = shared;
    this.queue = queue;
    this.name = name;
    this.timer = timer;
  }

  /**
   * A job that is handed in.
   *
   * @param first its arguments for the first try, written by the thread that hands it in: the one
   *     that sends has every connection to serve
   */
  private record Entry(
      NewJob job,
      byte[] body,
      Args first,
      long bound,
      long deadline,
      CompletableFuture<EnqueueReply> future) {

    Entry(NewJob job, long bound, long deadline) {
      this(job, Body.encode(job), bound, deadline);
    }

    private Entry(NewJob job, byte[] body, long bound, long deadline) {
      this(job, body, args(job, body, false), bound, deadline, new CompletableFuture<>());
    }

    Args args(boolean again) {
      return again ? args(job, body, true) : first;
    }

    private static Args args(NewJob job, byte[] body, boolean again) {
      return Args.part(job.key().length() + body.length + 64)
          .add(job.key())
          .add(Body.letter(job.priority()))
          .add(terms(job, again))
          .add(body);
    }
  }

  /** One call on its way: what it carries, and what is known of it. */
  private static final class Call {
    private final long sequence;
    private final List<Entry> entries;
    // Touched by one step of the call at a time; each step follows the one before.
    private boolean ambiguous;
    private int tries;
    private @Nullable Throwable lastError;

    Call(long sequence, List<Entry> entries) {
      this.sequence = sequence;
      this.entries = entries;
    }
  }

  /** Hands in jobs; each future is completed as {@link dev.holdfast.spi.Intake} says. */
  List<CompletableFuture<EnqueueReply>> enqueue(List<NewJob> jobs, long bound, Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    List<CompletableFuture<EnqueueReply>> futures = new ArrayList<>(jobs.size());
    List<Entry> entries = new ArrayList<>(jobs.size());
    for (NewJob job : jobs) {
      Entry entry = new Entry(job, bound, deadline);
      futures.add(entry.future);
      entries.add(entry);
    }
    Call next;
    boolean refused;
    lock.lock();
    try {
      refused = closed;
      if (!refused) {
        waiting.addAll(entries);
      }
      next = call == null ? nextCall() : null;
    } finally {
      lock.unlock();
    }
    if (refused) {
      fail(entries, unavailable("the engine is closed", null));
    }
    if (next != null) {
      send(next);
    }
    return futures;
  }

  /** Fails what waits; the call on its way is left to Redis. */
  void close() {
    List<Entry> left;
    Call open;
    lock.lock();
    try {
      closed = true;
      left = takeWaiting();
      open = call;
    } finally {
      lock.unlock();
    }
    fail(left, unavailable("the engine was closed", null));
    if (open != null) {
      open.entries.forEach(entry -> entry.future.completeExceptionally(unknown(entry, null)));
    }
  }

  /** Takes what waits, up to the limits of a call. Called with the lock held. */
  private @Nullable Call nextCall() {
    List<Entry> taken = new ArrayList<>(Math.min(waiting.size(), MOST_JOBS));
    long bytes = 0;
    while (taken.size() < MOST_JOBS) {
      Entry head = waiting.peek();
      boolean fits =
          head != null
              && (taken.isEmpty()
                  || (head.bound == taken.get(0).bound && bytes + head.body.length <= MOST_BYTES));
      if (head == null || !fits) {
        break;
      }
      bytes += head.body.length;
      taken.add(waiting.remove());
    }
    call = taken.isEmpty() ? null : new Call(++sequence, taken);
    return call;
  }

  private void send(Call sent) {
    try {
      transmit(sent);
    } catch (Throwable t) {
      broken(sent, t);
    }
  }

  private void transmit(Call sent) {
    sent.tries++;
    Args args = shared.args();
    args.add(name).add(sent.sequence).add(sent.entries.get(0).bound);
    List<Args> jobs = sent.entries.stream().map(entry -> entry.args(sent.ambiguous)).toList();
    args.expecting(jobs);
    jobs.forEach(args::add);
    var unused =
        shared
            .connections()
            .commands()
            .call(
                Script.ENQUEUE,
                Script.ENQUEUE.keysOf(shared.keys(queue), ""),
                args,
                shared.options().enqueueTimeout())
            .whenComplete(
                (reply, error) -> {
                  try {
                    answered(sent, reply, error);
                  } catch (Throwable t) {
                    broken(sent, t);
                  }
                });
  }

  /**
   * What the script is told of a job beside its lane and body. Once a try may have arrived each id
   * is looked up as well: the kept result may be swept after ten minutes without Redis.
   */
  private static String terms(NewJob job, boolean again) {
    String start = Body.startOf(job);
    NewJob.Idempotency key = job.idempotency();
    boolean retried = job.retry() || again;
    String ties = Body.tiesOf(job);
    if (start.isEmpty() && key == null && job.unique() == null && !retried && ties.isEmpty()) {
      return "";
    }
    String payload = key == null || key.payload() == null ? "" : key.payload();
    return start
        + (retried ? "\t1\t" : "\t0\t")
        + (key == null ? "0\t" : key.keep().toMillis() + "\t" + key.key())
        + "\t"
        + payload
        + (key != null && key.samePayload() ? "\t1\t" : "\t0\t")
        + Body.ruleOf(job)
        + ties;
  }

  private void answered(Call sent, List<Object> parts, @Nullable Throwable error) {
    if (error != null) {
      failed(sent, error);
      return;
    }
    Reply reply;
    try {
      reply = Reply.of(queue.name(), parts);
    } catch (QueueCorruptException e) {
      failed(sent, e);
      return;
    }
    String status = reply.text();
    if (!status.equals("DONE")) {
      // A later sequence of ours was seen: only possible if two engines share a producer's name.
      sent.entries.forEach(entry -> entry.future.completeExceptionally(unknown(entry, null)));
      goOn(sent);
      return;
    }
    List<EnqueueReply> verdicts = new ArrayList<>(sent.entries.size());
    for (int i = 0; i < sent.entries.size(); i++) {
      verdicts.add(verdict(reply.text()));
    }
    // The next call first: Redis works on it while the callers of this one are woken.
    goOn(sent);
    for (int i = 0; i < verdicts.size(); i++) {
      sent.entries.get(i).future.complete(verdicts.get(i));
    }
  }

  /**
   * A fault of ours, no memory, or an answer that cannot be read. The call ends here: left open, it
   * would keep every later one of this queue waiting for ever.
   */
  private void broken(Call sent, Throwable fault) {
    sent.entries.forEach(entry -> entry.future.completeExceptionally(unknown(entry, fault)));
    goOn(sent);
  }

  private static EnqueueReply verdict(String text) {
    return switch (text.charAt(0)) {
      case 'C' -> CREATED;
      case 'I' -> new EnqueueReply(Verdict.EXISTING_ID, text.substring(1));
      case 'K' -> new EnqueueReply(Verdict.EXISTING_IDEMPOTENCY_KEY, text.substring(1));
      case 'U' -> new EnqueueReply(Verdict.EXISTING_UNIQUE_KEY, text.substring(1));
      case 'R' -> new EnqueueReply(Verdict.REPLACED, text.substring(1));
      case 'X' -> new EnqueueReply(Verdict.CONFLICT, text.substring(1));
      default -> new EnqueueReply(Verdict.FULL, null);
    };
  }

  private void failed(Call sent, Throwable error) {
    Kind kind = RedisErrors.kindOf(error);
    sent.ambiguous |= kind == Kind.UNKNOWN;
    sent.lastError = error;
    boolean refused =
        switch (kind) {
          case NOT_SENT, UNKNOWN, REFUSED_FOR_NOW, READ_ONLY -> false;
          case OUT_OF_MEMORY, WRONG_TYPE, DENIED, OTHER -> true;
        };
    boolean over = expire(sent);
    if (refused) {
      HoldfastException cause = RedisErrors.translate(queue.name(), "enqueue", error);
      if (sent.ambiguous) {
        // The first try may still arrive: it stays open. Whoever waits was never sent, and would be
        // refused, too.
        fail(takeWaiting(), cause);
      } else {
        fail(sent.entries, cause);
      }
    }
    if (refused && !sent.ambiguous) {
      goOn(sent);
    } else if (over && !sent.ambiguous) {
      goOn(sent);
    } else {
      retryLater(sent);
    }
  }

  /** Fails every caller whose deadline has passed; returns whether that was all of the call's. */
  private boolean expire(Call sent) {
    Throwable error = sent.lastError;
    long now = System.nanoTime();
    boolean all = true;
    for (Entry entry : sent.entries) {
      if (entry.deadline - now > 0) {
        all = false;
      } else {
        entry.future.completeExceptionally(
            sent.ambiguous ? unknown(entry, error) : unavailable(late(error), error));
      }
    }
    List<Entry> late = new ArrayList<>();
    lock.lock();
    try {
      waiting.removeIf(entry -> entry.deadline - now <= 0 && late.add(entry));
    } finally {
      lock.unlock();
    }
    String why =
        sent.ambiguous
            ? "an earlier call has no answer yet, and nothing may overtake it"
            : late(error);
    fail(late, unavailable(why, error));
    return all;
  }

  private List<Entry> takeWaiting() {
    lock.lock();
    try {
      List<Entry> taken = new ArrayList<>(waiting);
      waiting.clear();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private void retryLater(Call sent) {
    long most = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS << Math.min(sent.tries, 10));
    long wait = most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
    lock.lock();
    try {
      if (closed) {
        return;
      }
    } finally {
      lock.unlock();
    }
    var unused =
        timer.schedule(
            () -> {
              if (expire(sent) && !sent.ambiguous) {
                goOn(sent);
              } else {
                send(sent);
              }
            },
            wait,
            TimeUnit.MILLISECONDS);
  }

  /** Sends what waits, once a call has ended; nothing if that was seen before. */
  private void goOn(Call ended) {
    Call next;
    lock.lock();
    try {
      next = call == ended ? nextCall() : null;
    } finally {
      lock.unlock();
    }
    if (next != null) {
      send(next);
    }
  }

  private static void fail(List<Entry> entries, HoldfastException cause) {
    entries.forEach(entry -> entry.future.completeExceptionally(cause));
  }

  /** Why a deadline passed: what Redis said to the last try, if it said something. */
  private static String late(@Nullable Throwable error) {
    if (error != null && RedisErrors.unwrap(error) instanceof RedisCommandExecutionException said) {
      return "Redis refused it until the deadline: " + said.getMessage();
    }
    return "no answer before the deadline";
  }

  private EngineUnavailableException unavailable(String why, @Nullable Throwable error) {
    return new EngineUnavailableException(
        "enqueue on queue "
            + queue.name()
            + " failed: "
            + why
            + "; nothing was written, the call may be repeated",
        error == null ? null : RedisErrors.unwrap(error));
  }

  private OutcomeUnknownException unknown(Entry entry, @Nullable Throwable error) {
    return new OutcomeUnknownException(
        queue.id(entry.job.key()),
        "enqueue of job "
            + queue.id(entry.job.key())
            + " got no answer: it may be in the queue; enqueue it again with"
            + " EnqueueOptions.retryOf(id)",
        error == null ? null : RedisErrors.unwrap(error));
  }
}
