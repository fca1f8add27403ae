package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobKeys;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Idempotency;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.TurnReply;
import dev.holdfast.spi.Upkeep.ReapOrder;
import dev.holdfast.testkit.InMemoryEngine;
import dev.holdfast.testkit.ManualTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;

/**
 * The in-memory engine answers as Redis does: a random life lived on both at once, every reply
 * compared. The seed is printed when it fails; give it back as {@value #SEED}.
 */
class EnginesAgreeIT {
  static final String SEED = "holdfast.agree.seed";

  private static final int STEPS = 1_000;
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration TERM = Duration.ofSeconds(4);

  /** The type of jobs whose start is moved, which two clocks that step back count differently. */
  private static final String DEBOUNCED = "debounced.job";

  private static final List<Priority> LANES = List.of(Priority.values());
  private static final List<Retention> RETENTIONS =
      List.of(
          Retention.STANDARD,
          new Retention(Duration.ofSeconds(20), 8, Duration.ofSeconds(60), 5),
          new Retention(Duration.ZERO, 0, Duration.ofSeconds(30), 3));

  private final ManualTime time = ManualTime.create();
  private final List<String> keys = new ArrayList<>();
  private final List<String> consumers = List.of("w1", "w2", "w3");
  private final Map<String, Long> turns = new HashMap<>();
  private final List<String> story = new ArrayList<>();
  private SplittableRandom random = new SplittableRandom();

  // A delayed job that was due and then changed its lane counts from its enqueue in Redis.
  private final Set<String> moved = new HashSet<>();
  private @Nullable Engine memory;
  private @Nullable QueueRef queue;

  /** One engine of the two, and the claims it gave, by key and number. */
  private record Side(Engine engine, QueueRef queue, Map<String, Held> claims) {}

  /** A claim as both engines know it: their nonces differ. */
  private record Known(String key, long number) {}

  private final List<Known> known = new ArrayList<>();

  @RepeatedTest(2)
  void a_random_life_is_the_same_on_both() {
    long seed = Long.getLong(SEED, System.nanoTime());
    random = new SplittableRandom(seed);
    JobKeys maker = new JobKeys(time, random.split());
    RedisHarness harness = RedisHarness.open();
    try (InMemoryEngine engine = InMemoryEngine.on(time)) {
      memory = engine;
      Side redis = new Side(harness.engine(), harness.freshQueue(), new HashMap<>());
      Side mine = new Side(engine, redis.queue, new HashMap<>());
      queue = redis.queue;
      redis.engine.claiming().open(redis.queue);
      mine.engine.claiming().open(mine.queue);
      for (int step = 0; step < STEPS; step++) {
        if (random.nextInt(5) == 0) {
          Duration by = Duration.ofMillis(random.nextLong(random.nextInt(8) == 0 ? 40_000 : 4_000));
          by = random.nextInt(200) == 0 ? by.negated() : by;
          time.advance(by);
          harness.advance(by);
          story.add("advance " + by);
        }
        Function<Side, Object> act = act(maker);
        Object onRedis = act.apply(redis);
        Object inMemory = act.apply(mine);
        story.add("  -> " + onRedis);
        assertThat(inMemory)
            .as("seed %s, step %s, after\n%s", seed, step, tail())
            .isEqualTo(onRedis);
      }
      harness.verify(redis.queue);
    } finally {
      harness.close();
    }
  }

  private String tail() {
    return String.join("\n", story.subList(Math.max(0, story.size() - 60), story.size()));
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private Duration delay() {
    return random.nextInt(3) == 0 ? Duration.ZERO : Duration.ofMillis(random.nextLong(15_000));
  }

  private Function<Side, Object> act(JobKeys maker) {
    int dice = random.nextInt(100);
    if (dice < 18 || keys.isEmpty()) {
      return enqueue(maker);
    } else if (dice < 55) {
      return turn();
    } else if (dice < 62) {
      return extend();
    } else if (dice < 66) {
      return note();
    } else if (dice < 76) {
      return reap();
    } else if (dice < 78) {
      String consumer = any(consumers);
      story.add("leave " + consumer);
      return side -> {
        side.engine.claiming().leave(side.queue, consumer);
        return "left";
      };
    } else if (dice < 92) {
      return operate();
    }
    return look();
  }

  private Function<Side, Object> enqueue(JobKeys maker) {
    List<NewJob> jobs = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      String key = random.nextInt(10) == 0 && !keys.isEmpty() ? any(keys) : "";
      // A key that is gone and comes back is older than its job: only Redis counts from it then.
      boolean again = !key.isEmpty() && known(key);
      key = again ? key : maker.next();
      keys.add(key);
      Start start =
          switch (random.nextInt(4)) {
            case 0 -> new Start(delay(), null);
            case 1 -> new Start(null, time.instant().plus(delay()).minusSeconds(2));
            default -> Start.NOW;
          };
      Idempotency name =
          random.nextInt(4) == 0
              ? new Idempotency(
                  "n" + random.nextInt(6),
                  Duration.ofSeconds(1 + random.nextInt(59)),
                  random.nextInt(3) == 0 ? null : "0" + random.nextInt(2),
                  random.nextBoolean())
              : null;
      byte[] envelope = new byte[random.nextInt(20) == 0 ? 400_000 : 10 + random.nextInt(9)];
      Arrays.fill(envelope, (byte) 'x');
      Uniqueness unique = random.nextInt(3) == 0 ? unique() : null;
      String type = "test.job";
      if (unique instanceof Uniqueness.Debounce debounce) {
        start = new Start(debounce.quiet(), null);
        type = DEBOUNCED;
      }
      jobs.add(new NewJob(key, type, any(LANES), start, name, unique, again, envelope));
    }
    long bound = random.nextInt(10) == 0 ? 40 : 1_000;
    story.add(
        "enqueue bound "
            + bound
            + jobs.stream()
                .map(j -> j.key() + j.priority() + j.start() + j.idempotency() + j.unique())
                .toList());
    return side ->
        side.engine.intake().enqueue(side.queue, jobs, bound, Duration.ofSeconds(5)).stream()
            .map(CompletableFuture::join)
            .map(EnqueueReply::toString)
            .toList();
  }

  private Uniqueness unique() {
    String key = "u" + random.nextInt(3);
    Duration time = Duration.ofMillis(1 + random.nextInt(9_000));
    return switch (random.nextInt(6)) {
      case 0 -> Uniqueness.untilStarted(key);
      case 1 -> Uniqueness.untilFinished(key);
      case 2 -> Uniqueness.forWindow(key, time);
      case 3 -> Uniqueness.throttle(key, 1 + random.nextInt(3), time);
      case 4 -> Uniqueness.debounce(key, time, time.multipliedBy(1 + random.nextInt(3)));
      default -> Uniqueness.keepLatest(key);
    };
  }

  private boolean known(String key) {
    return memory != null && queue != null && memory.control().find(queue, key).isPresent();
  }

  private @Nullable Held held(Side side, Known claim) {
    return side.claims.get(claim.key() + claim.number());
  }

  private Outcome outcome() {
    byte[] attempt =
        "{\"attempt\":1,\"at\":5,\"type\":\"t\",\"message\":\"m\",\"stack\":\"\"}"
            .getBytes(StandardCharsets.UTF_8);
    return switch (random.nextInt(12)) {
      case 0, 1, 2 -> new Outcome.Succeeded(random.nextBoolean() ? null : new byte[] {'1'});
      case 3, 4 -> new Outcome.Retry(delay(), StateReason.RETRY, attempt);
      case 5 -> new Outcome.Snoozed(delay());
      case 6 -> new Outcome.Buried(StateReason.EXHAUSTED, attempt);
      case 7 -> new Outcome.Buried(StateReason.UNKNOWN_TYPE, null);
      case 8 -> new Outcome.Buried(StateReason.MALFORMED, attempt);
      case 9 -> new Outcome.Discarded();
      case 10 -> new Outcome.Missed(delay());
      default -> new Outcome.Released();
    };
  }

  private Function<Side, Object> turn() {
    String consumer = any(consumers);
    boolean repeat = random.nextInt(8) == 0 && turns.containsKey(consumer);
    long number = turns.getOrDefault(consumer, 0L) + (repeat ? 0 : 1);
    turns.put(consumer, number);
    long sent = random.nextInt(60) == 0 ? Math.max(1, number - 2) : number;
    boolean again = repeat || sent != number;
    Map<Known, Outcome> outcomes = new HashMap<>();
    for (int i = random.nextInt(4); i > 0 && !known.isEmpty(); i--) {
      int recent = Math.min(known.size(), 30);
      outcomes.put(known.get(known.size() - 1 - random.nextInt(recent)), outcome());
    }
    List<String> named = new ArrayList<>();
    known.stream().filter(claim -> random.nextInt(3) == 0).forEach(c -> named.add(c.key()));
    int room = random.nextInt(6);
    boolean suspects = random.nextInt(4) > 0;
    Duration term = random.nextBoolean() ? TERM : Duration.ZERO;
    Retention retention = any(RETENTIONS);
    story.add(
        consumer
            + " turn "
            + sent
            + " repeat "
            + repeat
            + " room "
            + room
            + " suspects "
            + suspects
            + " named "
            + named
            + " "
            + outcomes);
    List<Known> order = List.copyOf(outcomes.keySet());
    return side -> {
      List<Settlement> settlements = new ArrayList<>();
      for (Known claim : order) {
        Held held = held(side, claim);
        if (held != null) {
          settlements.add(new Settlement(held, outcomes.get(claim)));
        }
      }
      TurnReply reply =
          side.engine
              .claiming()
              .turn(
                  new Turn(
                      side.queue,
                      consumer,
                      sent,
                      repeat,
                      named,
                      settlements,
                      room,
                      suspects,
                      LEASE,
                      term,
                      retention));
      List<String> claims = new ArrayList<>();
      for (Claim claim : reply.claims()) {
        Known claimed = new Known(claim.held().key(), claim.held().token().number());
        side.claims.put(claimed.key() + claimed.number(), claim.held());
        if (!known.contains(claimed)) {
          known.add(claimed);
        }
        claims.add(
            claimed
                + claim.type()
                + claim.priority()
                + claim.suspect()
                + claim.counters()
                + (again || moved.contains(claimed.key()) || claim.type().equals(DEBOUNCED)
                    ? ""
                    : claim.waited())
                + claim.missedFor()
                + Arrays.toString(claim.checkpoint())
                + claim.envelope().length);
      }
      return reply.stale()
          + " "
          + reply.settled()
          + claims
          + " more "
          // A repeated turn claims nothing, so entries to ignore are still in Redis's lanes.
          + (again ? "" : reply.more())
          + " paused "
          + reply.paused()
          + " next "
          + reply.nextDue()
          + " trimmed "
          + reply.trimmedDead();
    };
  }

  private Function<Side, Object> extend() {
    List<Known> some = known.stream().filter(claim -> random.nextInt(6) == 0).toList();
    story.add("extend " + some);
    return side ->
        side.engine
            .claiming()
            .extend(side.queue, LEASE, some.stream().map(claim -> held(side, claim)).toList());
  }

  private Function<Side, Object> note() {
    if (known.isEmpty()) {
      return side -> "";
    }
    Known claim = any(known);
    byte[] text = ("line " + random.nextInt(100)).getBytes(StandardCharsets.UTF_8);
    Note note =
        new Note(
            random.nextBoolean() ? text : null,
            random.nextBoolean() ? text : null,
            random.nextBoolean() ? text : null);
    story.add("note " + claim);
    return side -> side.engine.claiming().note(side.queue, held(side, claim), note).join();
  }

  private Function<Side, Object> reap() {
    Retention retention = any(RETENTIONS);
    boolean tidy = random.nextInt(4) == 0;
    String consumer = any(consumers);
    story.add((tidy ? "tidy " + consumer : "reap") + " " + retention);
    return side -> {
      ReapOrder order =
          new ReapOrder(
              side.queue,
              Duration.ofSeconds(5),
              Duration.ZERO,
              Duration.ofSeconds(11),
              LEASE,
              3,
              retention);
      // What is to be tidied next is left out: Redis keeps list entries that memory does not have.
      return tidy
          ? side.engine.upkeep().tidy(order, consumer)
          : side.engine.upkeep().reap(order).toString().replaceAll("tidyNext=.*", "");
    };
  }

  private Function<Side, Object> operate() {
    String key = any(keys);
    int which = random.nextInt(20);
    Priority lane = any(LANES);
    Instant at = time.instant().plus(delay()).minusSeconds(3);
    Retention retention = any(RETENTIONS);
    boolean pause = random.nextInt(3) == 0;
    story.add("operate " + which + " on " + key + " " + lane + " " + at);
    if (which > 5 && which < 15) {
      moved.add(key);
    }
    return side -> {
      var control = side.engine.control();
      ActReply reply =
          switch (which) {
            case 0, 1, 2 -> control.cancel(side.queue, key, retention);
            case 3, 4, 5 -> control.redrive(side.queue, key);
            case 6, 7, 8 -> control.reschedule(side.queue, key, at);
            case 9, 10 -> control.runNow(side.queue, key);
            case 11, 12, 13, 14 -> control.prioritize(side.queue, key, lane);
            case 15 -> control.delete(side.queue, key);
            case 16 -> control.deleteDead(side.queue, key);
            default -> ActReply.DONE;
          };
      if (which == 17 && pause) {
        return control.purge(side.queue);
      } else if (which > 17) {
        control.pause(side.queue, pause);
      }
      return reply;
    };
  }

  private Function<Side, Object> look() {
    Set<String> all = new TreeSet<>(keys.subList(Math.max(0, keys.size() - 60), keys.size()));
    int size = 1 + random.nextInt(20);
    return side -> {
      StringBuilder seen = new StringBuilder();
      seen.append(
          side.engine.control().stats(side.queue).toString().replaceAll("oldestReady=[^,]*", ""));
      for (JobState state : JobState.values()) {
        Page<StoredJob> page = side.engine.control().list(side.queue, state, null, size);
        // Redis's pages of ready jobs hold fewer where entries are ignored.
        if (state != JobState.READY) {
          page.items().forEach(job -> seen.append("\n").append(state).append(show(job)));
          seen.append(page.next());
        }
      }
      for (String key : all) {
        side.engine
            .control()
            .find(side.queue, key)
            .ifPresent(
                job ->
                    seen.append("\n")
                        .append(show(job))
                        .append(job.envelope() == null ? -1 : job.envelope().length));
      }
      return seen.toString();
    };
  }

  private static String show(StoredJob job) {
    return job.key()
        + job.type()
        + job.state()
        + job.reason()
        + job.since()
        + job.priority()
        + job.runAt()
        + job.keptUntil()
        + job.counters()
        + job.consumer()
        + job.cancelRequested()
        + Arrays.toString(job.progress())
        + job.attempts().stream().map(String::new).toList()
        + job.log()
        + Arrays.toString(job.result());
  }
}
