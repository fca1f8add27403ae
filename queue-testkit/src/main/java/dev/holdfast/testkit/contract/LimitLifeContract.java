package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueStats;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.limit.Rate;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;

/**
 * A long random life under limits that change, full of crashes: after each step what is active is
 * counted, and no limit may have let a job through that it should not have; at the end everything
 * runs that is left, so that no place, turn or permit was lost.
 *
 * <p>The seed is printed when it fails; give it back as {@value LifeContract#SEED}.
 */
public abstract class LimitLifeContract extends LimitedJobs {
  private static final Retention KEEP =
      new Retention(Duration.ofDays(1), 100, Duration.ofDays(1), 100);
  private static final int MOST_OPEN = 80;
  private static final List<String> TYPES = List.of("t1", "t2", "t3");
  private static final List<String> KEYS = List.of("a", "b", "c", "d");

  private final Map<LimitScope, Limit> limits = new HashMap<>();
  private final Set<String> pausedTypes = new HashSet<>();
  private final Map<String, NewJob> jobs = new HashMap<>();
  private final List<String> keys = new ArrayList<>();
  private final Map<String, Instant> blocked = new HashMap<>();
  private final List<Consumer> consumers = new ArrayList<>();
  private final Deque<String> story = new ArrayDeque<>();
  private Map<LimitScope, Integer> active = new HashMap<>();
  private SplittableRandom random = new SplittableRandom();
  private int born;

  /** A consumer and the claims it knows. */
  private record Consumer(TurnTaker taker, List<Claim> held) {}

  @RepeatedTest(2)
  void whatever_crashes_no_limit_is_passed_and_no_place_is_lost() {
    long seed = Long.getLong(LifeContract.SEED, System.nanoTime());
    random = new SplittableRandom(seed);
    int crashes = 0;
    try {
      consumers.add(newConsumer());
      consumers.add(newConsumer());
      while (crashes < harness().crashes() / 2) {
        crashes += step();
      }
      drain();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "life with -D%s=%s failed after %s crashes; the last steps:%n  %s"
              .formatted(LifeContract.SEED, seed, crashes, String.join("\n  ", story)),
          e);
    }
  }

  private void tell(String line) {
    story.add(line);
    if (story.size() > 60) {
      story.remove();
    }
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private Consumer newConsumer() {
    TurnTaker taker = newTaker(queue(), "c" + ++born).retention(KEEP).watchTerm(PERIOD);
    return new Consumer(taker, new ArrayList<>());
  }

  /** One step; returns how many consumers crashed while they held jobs. */
  private int step() {
    int dice = random.nextInt(100);
    if (dice < 20) {
      enqueueSome();
    } else if (dice < 50) {
      takeTurn(any(consumers), true);
    } else if (dice < 58) {
      Duration by = Duration.ofMillis(random.nextInt(2_000));
      tell("advance " + by);
      advance(by);
      // Without a reap for long there would be a grace without any.
      tell("reap " + reap());
      count();
    } else if (dice < 63) {
      passReaping(PERIOD);
      count();
    } else if (dice < 66) {
      passReaping(TurnTaker.LEASE);
      count();
    } else if (dice < 76) {
      changeLimits();
    } else if (dice < 86) {
      operate();
    } else {
      return crash();
    }
    return 0;
  }

  private void enqueueSome() {
    QueueStats stats = stats();
    if (stats.ready() + stats.parked() + stats.scheduled() > MOST_OPEN) {
      return;
    }
    List<NewJob> batch = new ArrayList<>();
    for (int i = random.nextInt(5); i >= 0; i--) {
      String limitKey = random.nextInt(4) == 0 ? null : any(KEYS);
      Duration delay = Duration.ofMillis(random.nextInt(4_000));
      Start start = random.nextInt(5) == 0 ? new Start(delay, null) : Start.NOW;
      int cost = 1 + random.nextInt(3);
      NewJob job = job(any(TYPES), limitKey, cost, any(List.of(Priority.values())), start);
      batch.add(job);
      jobs.put(job.key(), job);
      keys.add(job.key());
      tell("enqueue " + job.key() + " " + job.type() + " of " + limitKey + " costs " + cost);
    }
    enqueue(batch.toArray(NewJob[]::new));
  }

  // Turns.

  private Outcome outcome() {
    Duration delay =
        random.nextInt(3) == 0 ? Duration.ZERO : Duration.ofMillis(random.nextInt(5_000));
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> succeeded();
      case 4 -> retry(delay);
      case 5 -> new Outcome.Snoozed(delay);
      case 6 -> new Outcome.BackedOff(delay);
      case 7 -> buried(StateReason.EXHAUSTED);
      case 8 -> new Outcome.Discarded();
      case 9 -> new Outcome.Missed(delay);
      case 10 -> new Outcome.Buried(StateReason.BURIED, null);
      default -> new Outcome.Released();
    };
  }

  private void takeTurn(Consumer consumer, boolean mayLose) {
    List<Settlement> settlements = new ArrayList<>();
    for (Claim claim : List.copyOf(consumer.held)) {
      if (random.nextInt(3) > 0) {
        settlements.add(new Settlement(claim.held(), outcome()));
        consumer.held.remove(claim);
      }
    }
    int room = random.nextInt(6);
    Settlement[] sent = settlements.toArray(Settlement[]::new);
    TurnReply reply = consumer.taker.turn(room, sent);
    tell(
        consumer.taker.consumer()
            + " settled "
            + settlements
            + reply.settled()
            + " claimed "
            + keysOf(reply.claims()));
    assertThat(reply.claims()).hasSizeLessThanOrEqualTo(room);
    for (int i = 0; i < sent.length; i++) {
      if (reply.settled().get(i) == Settled.DONE
          && sent[i].outcome() instanceof Outcome.BackedOff backedOff) {
        block(sent[i].held().key(), backedOff.delay());
      }
    }
    check(reply.claims());
    if (mayLose && random.nextInt(6) == 0) {
      Map<LimitScope, Integer> before = active;
      TurnReply again = consumer.taker.repeat(keysOf(consumer.held), room, sent);
      tell("  sent again: " + again.settled() + keysOf(again.claims()));
      assertThat(again.settled()).doesNotContain(Settled.DONE, Settled.CANCELLED);
      count();
      assertThat(active).as("a repeat changes nothing of what is active").isEqualTo(before);
    }
    consumer.held.addAll(reply.claims());
  }

  private void block(String key, Duration delay) {
    String limitKey = job(key).limitKey();
    if (limitKey != null) {
      blocked.merge(limitKey, now().plus(delay), (a, b) -> a.isAfter(b) ? a : b);
    }
  }

  private NewJob job(String key) {
    NewJob job = jobs.get(key);
    if (job == null) {
      throw new AssertionError("job " + key + " was never enqueued");
    }
    return job;
  }

  private void check(List<Claim> claims) {
    Map<LimitScope, Integer> before = active;
    for (Claim claim : claims) {
      NewJob job = job(claim.held().key());
      assertThat(pausedTypes).as("types that are paused").doesNotContain(job.type());
      Instant until = blocked.getOrDefault(String.valueOf(job.limitKey()), Instant.EPOCH);
      assertThat(until).as("end of the back-off of %s", job.limitKey()).isBeforeOrEqualTo(now());
    }
    count();
    active.forEach(
        (scope, count) -> {
          Integer most = most(scope);
          if (most != null) {
            assertThat(count)
                .as("active of %s, before %s", scope, before.get(scope))
                .isLessThanOrEqualTo(Math.max(most, before.getOrDefault(scope, 0)));
          }
        });
  }

  private @Nullable Integer most(LimitScope scope) {
    Limit own = limits.get(scope);
    Limit limit = own == null && scope.kind() == LimitScope.Kind.KEY ? limits.get(EACH_KEY) : own;
    return limit == null ? null : limit.concurrency();
  }

  /** Counts what is active, by scope. */
  private void count() {
    Map<LimitScope, Integer> counted = new HashMap<>();
    String cursor = null;
    do {
      Page<StoredJob> page = control().list(queue(), JobState.ACTIVE, cursor, 200);
      for (StoredJob stored : page.items()) {
        NewJob job = job(stored.key());
        counted.merge(LimitScope.queue(), 1, Integer::sum);
        counted.merge(LimitScope.type(job.type()), 1, Integer::sum);
        if (job.limitKey() != null) {
          counted.merge(LimitScope.key(job.limitKey()), 1, Integer::sum);
        }
      }
      cursor = page.next();
    } while (cursor != null);
    active = counted;
  }

  private int crash() {
    Consumer gone = consumers.remove(random.nextInt(consumers.size()));
    tell("crash of " + gone.taker.consumer() + " with " + keysOf(gone.held));
    if (random.nextBoolean()) {
      // It claimed, and died before the answer.
      int room = 1 + random.nextInt(3);
      List<Claim> unseen = gone.taker.claim(room);
      tell("  and of unseen " + keysOf(unseen));
      check(unseen);
      gone.held.addAll(unseen);
    }
    consumers.add(newConsumer());
    return gone.held.isEmpty() ? 0 : 1;
  }

  // Operations.

  private void changeLimits() {
    LimitScope scope =
        switch (random.nextInt(4)) {
          case 0 -> LimitScope.queue();
          case 1 -> LimitScope.type(any(TYPES));
          case 2 -> EACH_KEY;
          default -> LimitScope.key(any(KEYS));
        };
    if (scope.kind() == LimitScope.Kind.TYPE && random.nextBoolean()) {
      boolean pause = random.nextInt(3) == 0;
      tell("pause of " + scope + " " + pause);
      control().pauseType(queue(), scope.name(), pause);
      if (pause) {
        pausedTypes.add(scope.name());
      } else {
        pausedTypes.remove(scope.name());
      }
      return;
    }
    Limit limit = limitFor(scope);
    tell("limit of " + scope + " " + limit);
    control().limit(queue(), scope, limit);
    if (limit == null) {
      limits.remove(scope);
    } else {
      limits.put(scope, limit);
    }
  }

  private @Nullable Limit limitFor(LimitScope scope) {
    boolean keys = scope.kind() == LimitScope.Kind.KEY || scope.kind() == LimitScope.Kind.EACH_KEY;
    Rate rate = Rate.of(1 + random.nextInt(20), Duration.ofSeconds(1)).burst(1 + random.nextInt(4));
    return switch (random.nextInt(6)) {
      case 0 -> null;
      case 1 -> Limit.rate(rate);
      case 2 -> Limit.rate(rate).withConcurrency(1 + random.nextInt(3));
      case 3 -> keys ? Limit.inOrder() : Limit.concurrency(1);
      default -> Limit.concurrency(1 + random.nextInt(4));
    };
  }

  private void operate() {
    if (keys.isEmpty()) {
      return;
    }
    String key = keys.get(keys.size() - 1 - random.nextInt(Math.min(keys.size(), 60)));
    int dice = random.nextInt(20);
    Object reply =
        switch (dice) {
          case 0, 1, 2, 3 -> control().cancel(queue(), key, KEEP);
          case 4, 5 -> control().delete(queue(), key);
          case 6, 7, 8 ->
              control().reschedule(queue(), key, now().plusMillis(random.nextInt(4_000) - 1_000));
          case 9, 10 -> control().runNow(queue(), key);
          case 11, 12, 13, 14 -> prioritize(key, any(List.of(Priority.values())));
          case 15 -> control().purge(queue());
          default -> control().redrive(queue(), key);
        };
    tell("operate " + dice + " on " + key + ": " + reply);
  }

  // The end.

  /** Everything that is left runs, under the limits as they are. */
  private void drain() {
    for (String type : TYPES) {
      control().pauseType(queue(), type, false);
    }
    pausedTypes.clear();
    TurnTaker last = newConsumer().taker;
    tell("drain");
    for (int round = 0; round < 3_000; round++) {
      TurnReply reply = last.turn(100);
      tell(
          now()
              + ": "
              + keysOf(reply.claims())
              + ", more "
              + reply.more()
              + ", "
              + reply.nextDue());
      check(reply.claims());
      for (Claim claim : reply.claims()) {
        assertThat(last.settle(claim, succeeded())).isIn(Settled.DONE, Settled.CANCELLED);
      }
      count();
      if (reply.claims().isEmpty() && !reply.more()) {
        if (isDrained()) {
          return;
        }
        Duration next = reply.nextDue();
        boolean soon = next != null && next.compareTo(PERIOD) < 0;
        passReaping(soon && next != null ? next.plusMillis(1) : PERIOD);
        count();
      }
    }
    throw new AssertionError(
        "not drained: %s under %s, parked %s"
            .formatted(
                stats(),
                control().limits(queue()),
                parkedJobs().stream().map(StoredJob::parkedBy).distinct().toList()));
  }

  private boolean isDrained() {
    QueueStats stats = stats();
    return stats.ready() + stats.scheduled() + stats.parked() + stats.active() == 0;
  }
}
