package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Counters;
import dev.holdfast.job.Failure;
import dev.holdfast.job.JobKeys;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueStats;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.json.AttemptJson;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.Upkeep.Gate;
import dev.holdfast.spi.Upkeep.ReapOrder;
import dev.holdfast.spi.Upkeep.ReapReply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the contracts share: a fresh queue for each test, a check after it that the store agrees
 * with itself, and the words that tests are written in.
 *
 * <p>The tests of a contract are its own methods, not nested classes: a nested class is found under
 * the name of the contract, and a run that picks an engine's tests by name would leave it out.
 */
public abstract class EngineContract {
  /** The least time between two reaps, R; tests have no jitter. */
  protected static final Duration PERIOD = Duration.ofSeconds(5);

  /** How long nothing is reaped after an outage. */
  protected static final Duration GRACE = Duration.ofSeconds(11);

  /** How many leases without an outcome make a job dead. */
  protected static final int MAX_CRASHES = 3;

  /** The type of jobs whose type does not matter. */
  protected static final String TYPE = "test.job";

  private static final Duration DEADLINE = Duration.ofSeconds(3);
  private static final long NO_BOUND = 10_000_000;

  private final Map<String, TurnTaker> takers = new HashMap<>();
  private final List<QueueRef> queues = new ArrayList<>();
  private @Nullable EngineHarness harness;
  private @Nullable QueueRef queue;
  private @Nullable JobKeys keys;

  /** Opens the engine under test; called before each test. */
  protected abstract EngineHarness open();

  @BeforeEach
  final void openHarness() {
    EngineHarness opened = open();
    harness = opened;
    queue = freshQueue();
    keys = new JobKeys(opened::now, new SplittableRandom());
  }

  @AfterEach
  final void verifyAndClose() {
    if (harness == null) {
      return;
    }
    try {
      queues.forEach(harness::verify);
    } finally {
      harness.close();
    }
  }

  /** The harness of this test. */
  protected final EngineHarness harness() {
    return there(harness);
  }

  /** The engine under test. */
  protected final Engine engine() {
    return harness().engine();
  }

  /** The queue of this test. */
  protected final QueueRef queue() {
    return there(queue);
  }

  /** Another queue of this test. */
  protected final QueueRef freshQueue() {
    QueueRef fresh = harness().freshQueue();
    queues.add(fresh);
    engine().claiming().open(fresh);
    return fresh;
  }

  /** The instant the engine judges by. */
  protected final Instant now() {
    return harness().now();
  }

  /** Moves the instant the engine judges by. */
  protected final void advance(Duration by) {
    harness().advance(by);
  }

  private static <T> T there(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("not within a test");
    }
    return value;
  }

  // Jobs.

  /** A new key, made now. */
  protected final String key() {
    return there(keys).next();
  }

  /** A job for now, normal priority. */
  protected final NewJob job() {
    return job(Priority.NORMAL, Start.NOW);
  }

  /** A job of a lane for now. */
  protected final NewJob job(Priority priority) {
    return job(priority, Start.NOW);
  }

  /** A job that starts after a delay. */
  protected final NewJob delayed(Duration delay) {
    return job(Priority.NORMAL, new Start(delay, null));
  }

  /** A job that starts at an instant. */
  protected final NewJob startingAt(Instant instant) {
    return job(Priority.NORMAL, new Start(null, instant));
  }

  /** A job of a lane with a start. */
  protected final NewJob job(Priority priority, Start start) {
    return new NewJob(key(), TYPE, priority, start, null, false, bytes("{\"p\":1}"));
  }

  /** The same job with another envelope. */
  protected static NewJob withEnvelope(NewJob job, byte[] envelope) {
    return new NewJob(
        job.key(),
        job.type(),
        job.priority(),
        job.start(),
        job.idempotency(),
        job.unique(),
        job.retry(),
        envelope);
  }

  /** Adds jobs, in order, and gives the replies. */
  protected final List<EnqueueReply> enqueueAll(QueueRef to, long bound, List<NewJob> jobs) {
    return engine().intake().enqueue(to, jobs, bound, DEADLINE).stream()
        .map(EngineContract::await)
        .toList();
  }

  /** Adds jobs to the queue of this test, each of which must be created. */
  protected final List<String> enqueue(NewJob... jobs) {
    assertThat(enqueueAll(queue(), NO_BOUND, Arrays.asList(jobs)))
        .allSatisfy(reply -> assertThat(reply.verdict()).isEqualTo(EnqueueReply.Verdict.CREATED));
    return Arrays.stream(jobs).map(NewJob::key).toList();
  }

  /** Adds so many jobs for now, normal priority, and gives their keys in order. */
  protected final List<String> enqueue(int count) {
    return enqueue(IntStream.range(0, count).mapToObj(i -> job()).toArray(NewJob[]::new));
  }

  /** Adds one job for now, normal priority, and gives its key. */
  protected final String enqueueOne() {
    return enqueue(1).get(0);
  }

  /** Waits for a future, at most 10 s. */
  protected static <T> T await(CompletableFuture<T> future) {
    return future.orTimeout(10, TimeUnit.SECONDS).join();
  }

  // Consumers.

  /** The consumer of a name on the queue of this test; the same at each call. */
  protected final TurnTaker taker(String consumer) {
    return takers.computeIfAbsent(consumer, name -> newTaker(queue(), name));
  }

  /** The consumer "w1". */
  protected final TurnTaker taker() {
    return taker("w1");
  }

  /** A consumer that begins with turn 1, on any queue. */
  protected final TurnTaker newTaker(QueueRef of, String consumer) {
    return new TurnTaker(engine(), of, consumer);
  }

  /** The keys of claims, in order. */
  protected static List<String> keysOf(List<Claim> claims) {
    return claims.stream().map(claim -> claim.held().key()).toList();
  }

  // Outcomes.

  /** Success without a result. */
  protected static Outcome succeeded() {
    return new Outcome.Succeeded(null);
  }

  /** A failure that is attempted again after a delay. */
  protected final Outcome retry(Duration delay) {
    return new Outcome.Retry(delay, StateReason.RETRY, attempt(1, "boom"));
  }

  /** A dead letter for a reason, with an attempt. */
  protected final Outcome buried(StateReason reason) {
    return new Outcome.Buried(reason, attempt(1, "boom"));
  }

  /** An encoded attempt. */
  protected final byte[] attempt(int number, String message) {
    return AttemptJson.encode(
        new Attempt(number, now(), new Failure("java.lang.IllegalStateException", message, "")));
  }

  /** Claims the job at the head with "w1" and settles it; both must work. */
  protected final Claim claimAndSettle(Outcome outcome) {
    Claim claim = taker().claimOne();
    assertThat(taker().settle(claim, outcome)).isEqualTo(Settled.DONE);
    return claim;
  }

  // Looking.

  /** Reads a job, which must be known. */
  protected final StoredJob stored(String key) {
    return engine()
        .control()
        .find(queue(), key)
        .orElseThrow(() -> new AssertionError("job " + key + " is not known"));
  }

  /** The state of a job, which must be known. */
  protected final JobState state(String key) {
    return stored(key).state();
  }

  /** The counters of a job, which must be known. */
  protected final Counters counters(String key) {
    return stored(key).counters();
  }

  /** The queue of this test in numbers. */
  protected final QueueStats stats() {
    return engine().control().stats(queue());
  }

  /** The history of a job, oldest first. */
  protected final List<Attempt> history(String key) {
    return stored(key).attempts().stream().map(AttemptJson::decode).toList();
  }

  // Reaping.

  /** The order reaps are made with. */
  protected final ReapOrder reapOrder() {
    return reapOrder(Retention.STANDARD);
  }

  /** The order reaps are made with, for a retention. */
  protected final ReapOrder reapOrder(Retention retention) {
    return new ReapOrder(
        queue(), PERIOD, Duration.ZERO, GRACE, TurnTaker.LEASE, MAX_CRASHES, retention);
  }

  /** Reaps once. */
  protected final ReapReply reap() {
    return engine().upkeep().reap(reapOrder());
  }

  /**
   * Lets time pass as it does while workers live: a reap each {@link #PERIOD}, so that no outage is
   * seen.
   *
   * @return what the reaps did, summed up
   */
  protected final ReapReply passReaping(Duration time) {
    int returned = 0;
    int poisoned = 0;
    int cancelled = 0;
    ReapReply last = reap();
    for (Duration left = time; ; left = left.minus(PERIOD)) {
      assertThat(last.gate()).isNotEqualTo(Gate.GRACE);
      returned += last.returned();
      poisoned += last.poisoned();
      cancelled += last.cancelled();
      if (left.isZero() || left.isNegative()) {
        return new ReapReply(
            last.gate(), returned, poisoned, cancelled, last.more(), last.tidyNext());
      }
      advance(left.compareTo(PERIOD) < 0 ? left : PERIOD);
      last = reap();
    }
  }

  /** Text as UTF-8. */
  protected static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** UTF-8 as text. */
  protected static String text(byte @Nullable [] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }
}
