package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueStats;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.TurnReply;
import dev.holdfast.spi.Upkeep.Gate;
import dev.holdfast.spi.Upkeep.ReapReply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;

/**
 * A long random life of a queue beside a plain model of it: every reply is foretold, no job is lost
 * or hidden, a job ends once unless it is redriven, and tokens rise.
 *
 * <p>The seed is printed when it fails; give it back as the system property {@value #SEED} to live
 * the same life again.
 */
public abstract class LifeContract extends EngineContract {
  private static final List<Priority> LANES = List.of(Priority.HIGH, Priority.NORMAL, Priority.LOW);

  /** The system property that gives the seed of the first life. */
  public static final String SEED = "holdfast.contract.seed";

  private static final int STEPS = 2_000;
  private static final int STEPS_BETWEEN_CHECKS = 25;
  // Fewer than a reap or a promotion takes in one call, so that the model needs no bounds.
  private static final int MOST_OPEN = 80;
  private static final Retention KEEP =
      new Retention(Duration.ofDays(100), 1_000_000, Duration.ofDays(100), 1_000_000);

  private final LifeModel model = new LifeModel();
  private final List<Claim> claims = new ArrayList<>();
  private final List<Consumer> consumers = new ArrayList<>();
  private final Deque<String> story = new ArrayDeque<>();
  private SplittableRandom random = new SplittableRandom();
  private boolean paused;
  private int born;
  private long highestToken;

  /** A consumer, the claims it believes it holds, and how rarely it settles one. */
  private record Consumer(TurnTaker taker, List<Claim> held, int neglect) {}

  @RepeatedTest(4)
  void a_random_life_agrees_with_the_model() {
    long seed = Long.getLong(SEED, System.nanoTime());
    random = new SplittableRandom(seed);
    int step = 0;
    try {
      for (int i = 0; i < 3; i++) {
        consumers.add(newConsumer());
      }
      for (; step < STEPS; step++) {
        step();
        if (step % STEPS_BETWEEN_CHECKS == 0) {
          check();
        }
      }
      check();
      drain();
      check();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "life with -D"
              + SEED
              + "="
              + seed
              + " failed at step "
              + step
              + "; the last steps:\n  "
              + String.join("\n  ", story),
          e);
    }
  }

  private void step() {
    int dice = random.nextInt(100);
    if (dice < 16) {
      enqueueSome();
    } else if (dice < 46) {
      takeTurn(any(consumers));
    } else if (dice < 52) {
      loseAnswer(any(consumers));
    } else if (dice < 58) {
      settleLate();
    } else if (dice < 66) {
      extend();
    } else if (dice < 74) {
      reapOrTidy();
    } else if (dice < 84) {
      Duration by = Duration.ofMillis(random.nextLong(random.nextInt(6) == 0 ? 20_000 : 3_000));
      tell("advance " + by);
      advance(by);
    } else if (dice < 86) {
      crash();
    } else if (dice < 88) {
      paused = random.nextInt(3) == 0;
      tell("paused " + paused);
      engine().control().pause(queue(), paused);
    } else {
      operate();
    }
  }

  private void tell(String line) {
    story.add(line);
    if (story.size() > 40) {
      story.remove();
    }
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private Consumer newConsumer() {
    String name = "c" + ++born;
    tell("consumer " + name);
    return new Consumer(
        newTaker(queue(), name).retention(KEEP), new ArrayList<>(), 2 + random.nextInt(3) * 12);
  }

  // Enqueue.

  private void enqueueSome() {
    if (model.open() > MOST_OPEN) {
      return;
    }
    List<NewJob> batch = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      Priority lane = any(LANES);
      Start start = Start.NOW;
      if (random.nextInt(3) == 0) {
        Duration delay = Duration.ofMillis(random.nextLong(20_000));
        start = random.nextBoolean() ? new Start(delay, null) : new Start(null, now().plus(delay));
      }
      NewJob job = job(lane, start);
      batch.add(job);
      LifeModel.Job added = model.add(job, now());
      tell("enqueue " + job.key() + " " + lane + " " + added.state + " " + added.dueAt);
    }
    enqueue(batch.toArray(NewJob[]::new));
    enqueueUnique();
  }

  /** One more, of a few unique keys. */
  private void enqueueUnique() {
    String name = "u" + random.nextInt(4);
    Uniqueness unique =
        random.nextBoolean() ? Uniqueness.untilFinished(name) : Uniqueness.untilStarted(name);
    NewJob job =
        new NewJob(
            key(), TYPE, Priority.NORMAL, Start.NOW, null, unique, false, bytes("{\"p\":1}"));
    String holder = model.holder(unique);
    EnqueueReply expected =
        holder == null
            ? new EnqueueReply(Verdict.CREATED, null)
            : new EnqueueReply(Verdict.EXISTING_UNIQUE_KEY, holder);
    tell("enqueue " + job.key() + " " + unique + ": " + expected);
    assertThat(enqueueAll(queue(), 1_000_000, List.of(job))).containsExactly(expected);
    if (holder == null) {
      model.hold(unique, job.key(), model.add(job, now()));
    }
  }

  // Turns.

  private Outcome randomOutcome() {
    Duration delay =
        random.nextInt(3) == 0 ? Duration.ZERO : Duration.ofMillis(random.nextLong(15_000));
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> new Outcome.Succeeded(random.nextBoolean() ? null : bytes("{}"));
      case 4, 5 -> retry(delay);
      case 6 -> new Outcome.Snoozed(delay);
      case 7 -> buried(StateReason.EXHAUSTED);
      case 8 -> new Outcome.Buried(StateReason.BURIED, null);
      case 9 -> new Outcome.Discarded();
      case 10 -> new Outcome.Missed(delay);
      default -> new Outcome.Released();
    };
  }

  private List<Settlement> outcomesOf(Consumer consumer) {
    List<Settlement> settlements = new ArrayList<>();
    for (Claim claim : List.copyOf(consumer.held)) {
      if (random.nextInt(consumer.neglect) == 0) {
        settlements.add(new Settlement(claim.held(), randomOutcome()));
        consumer.held.remove(claim);
      }
    }
    return settlements;
  }

  private void takeTurn(Consumer consumer) {
    List<Settlement> settlements = outcomesOf(consumer);
    int room = random.nextInt(5);
    boolean suspects = random.nextInt(4) > 0;
    tell(consumer.taker.consumer() + " turn room " + room + " " + settlements);
    TurnReply reply =
        consumer.taker.suspects(suspects).turn(room, settlements.toArray(Settlement[]::new));
    assertThat(reply.stale()).isFalse();
    foretell(settlements, reply.settled());
    model.promote(now());
    List<String> claimable = model.ready(job -> job.crashes < 2);
    claimable.removeAll(keysOf(reply.claims()));
    taken(consumer, reply.claims());
    if (!paused && reply.claims().size() < room) {
      assertThat(claimable).as("ready jobs that were not claimed though there was room").isEmpty();
    }
    assertThat(reply.claims().size()).isLessThanOrEqualTo(room);
    if (paused) {
      assertThat(reply.claims()).isEmpty();
    }
    assertThat(reply.claims().stream().filter(Claim::suspect).count())
        .isLessThanOrEqualTo(suspects ? 1 : 0);
  }

  private void loseAnswer(Consumer consumer) {
    List<Settlement> settlements = outcomesOf(consumer);
    int room = random.nextInt(4);
    tell(consumer.taker.consumer() + " turn with lost answer, room " + room + " " + settlements);
    consumer.taker.suspects(true);
    boolean arrives = random.nextInt(3) > 0;
    if (arrives) {
      TurnReply lost = consumer.taker.turn(room, settlements.toArray(Settlement[]::new));
      tell("  it arrived: " + keysOf(lost.claims()));
      foretell(settlements, lost.settled());
      model.promote(now());
      taken(consumer, lost.claims());
      // What the consumer does not know, it learns from the repeat.
      consumer.held.removeAll(lost.claims());
      claims.removeAll(lost.claims());
      List<String> named = named(consumer, settlements);
      TurnReply reply = consumer.taker.repeat(named, room, settlements.toArray(Settlement[]::new));
      assertThat(reply.stale()).isFalse();
      foretell(settlements, reply.settled());
      assertThat(reply.claims().stream().map(Claim::held))
          .containsExactlyInAnyOrderElementsOf(lost.claims().stream().map(Claim::held).toList());
      consumer.held.addAll(reply.claims());
      claims.addAll(reply.claims());
      return;
    }
    consumer.taker.nextNumber(consumer.taker.number() + 2);
    List<String> named = named(consumer, settlements);
    TurnReply reply = consumer.taker.repeat(named, room, settlements.toArray(Settlement[]::new));
    assertThat(reply.stale()).isFalse();
    foretell(settlements, reply.settled());
    model.promote(now());
    taken(consumer, reply.claims());
  }

  private static List<String> named(Consumer consumer, List<Settlement> settlements) {
    List<String> named = new ArrayList<>(keysOf(consumer.held));
    settlements.forEach(settlement -> named.add(settlement.held().key()));
    return named;
  }

  private void taken(Consumer consumer, List<Claim> taken) {
    for (Claim claim : taken) {
      LifeModel.Job job = model.job(claim.held().key());
      tell("  claimed " + claim.held());
      assertThat(job.gone).as("%s is gone", claim.held()).isFalse();
      assertThat(job.state).as("%s is claimable", claim.held()).isEqualTo(JobState.READY);
      assertThat(claim.held().token().number()).as("tokens rise").isGreaterThan(highestToken);
      highestToken = claim.held().token().number();
      assertThat(claim.suspect()).isEqualTo(job.crashes > 1);
      assertThat(claim.priority()).isEqualTo(job.lane);
      job.claimed++;
      job.state = JobState.ACTIVE;
      job.held = claim.held();
      job.consumer = consumer.taker.consumer();
      job.leaseEnd = now().plus(TurnTaker.LEASE);
      assertThat(claim.counters()).as("%s", claim.held()).isEqualTo(job.counters());
      consumer.held.add(claim);
      claims.add(claim);
    }
  }

  private void settleLate() {
    if (claims.isEmpty()) {
      return;
    }
    Settlement settlement = new Settlement(any(claims).held(), randomOutcome());
    tell("late " + settlement);
    for (Consumer consumer : consumers) {
      consumer.held.removeIf(claim -> claim.held().equals(settlement.held()));
    }
    TurnReply reply = any(consumers).taker.turn(0, settlement);
    foretell(List.of(settlement), reply.settled());
    model.promote(now());
  }

  private void foretell(List<Settlement> settlements, List<Settled> settled) {
    assertThat(settled).hasSameSizeAs(settlements);
    for (int i = 0; i < settlements.size(); i++) {
      Settlement settlement = settlements.get(i);
      assertThat(settled.get(i)).as("%s", settlement).isEqualTo(model.settle(settlement, now()));
    }
  }

  // Leases.

  private void extend() {
    if (claims.isEmpty()) {
      return;
    }
    List<Held> held = new ArrayList<>();
    any(consumers).held.forEach(claim -> held.add(claim.held()));
    held.add(any(claims).held());
    tell("extend " + held);
    List<LeaseReply> replies = engine().claiming().extend(queue(), TurnTaker.LEASE, held);
    for (int i = 0; i < held.size(); i++) {
      assertThat(replies.get(i)).as("%s", held.get(i)).isEqualTo(model.extend(held.get(i), now()));
    }
  }

  private void reapOrTidy() {
    ReapReply reply = engine().upkeep().reap(reapOrder(KEEP));
    tell("reap " + reply);
    if (reply.gate() == Gate.OPEN) {
      assertThat(List.of(reply.returned(), reply.poisoned(), reply.cancelled()))
          .isEqualTo(model.reap(MAX_CRASHES, now()));
      if (reply.tidyNext() != null) {
        assertThat(engine().upkeep().tidy(reapOrder(KEEP), reply.tidyNext())).isZero();
      }
    }
  }

  private void crash() {
    Consumer gone = consumers.remove(random.nextInt(consumers.size()));
    tell("crash of " + gone.taker.consumer());
    consumers.add(newConsumer());
  }

  // Operations.

  private void operate() {
    if (model.jobs().isEmpty()) {
      return;
    }
    String key = any(List.copyOf(model.jobs().keySet()));
    LifeModel.Job job = model.job(key);
    Control control = engine().control();
    int dice = random.nextInt(14);
    ActReply expected;
    ActReply given;
    if (dice < 4) {
      expected = LifeModel.actOnWaiting(job, ActReply.REQUESTED);
      given = control.cancel(queue(), key, KEEP);
      if (given == ActReply.DONE) {
        job.ends(JobState.CANCELLED);
      } else if (given == ActReply.REQUESTED) {
        job.cancel = true;
      }
    } else if (dice < 6) {
      expected =
          job.gone
              ? ActReply.NOT_FOUND
              : job.state == JobState.DEAD ? model.redrive(key) : ActReply.NOT_APPLICABLE;
      given = control.redrive(queue(), key);
      if (given == ActReply.DONE) {
        LifeModel.redriven(job);
      }
    } else if (dice < 8) {
      Instant at = now().plusMillis(random.nextLong(20_000) - 5_000);
      expected = LifeModel.actOnWaiting(job, ActReply.ACTIVE);
      given = control.reschedule(queue(), key, at);
      if (given == ActReply.DONE) {
        job.waitsUntil(at, now());
      }
    } else if (dice < 9) {
      expected = LifeModel.actOnWaiting(job, ActReply.ACTIVE);
      if (expected == ActReply.DONE && job.state == JobState.READY) {
        expected = ActReply.NOT_APPLICABLE;
      }
      given = control.runNow(queue(), key);
      if (given == ActReply.DONE) {
        job.waitsUntil(now(), now());
      }
    } else if (dice < 12) {
      Priority lane = any(LANES);
      expected = LifeModel.actOnWaiting(job, ActReply.ON_RETURN);
      given = control.prioritize(queue(), key, lane);
      if (given == ActReply.DONE || given == ActReply.ON_RETURN) {
        job.lane = lane;
      }
    } else if (dice < 13) {
      expected =
          job.gone
              ? ActReply.NOT_FOUND
              : job.state == JobState.ACTIVE ? ActReply.ACTIVE : ActReply.DONE;
      given = control.delete(queue(), key);
      job.gone |= given == ActReply.DONE;
    } else {
      purgeAtTimes(control);
      return;
    }
    tell("act " + dice + " on " + key + ": " + given);
    assertThat(given).as("act %s on %s", dice, key).isEqualTo(expected);
  }

  private void purgeAtTimes(Control control) {
    if (random.nextInt(8) != 0) {
      return;
    }
    tell("purge");
    int purged = 0;
    for (int removed = control.purge(queue()); removed > 0; removed = control.purge(queue())) {
      purged += removed;
    }
    assertThat(purged).isEqualTo(model.purge());
  }

  // Checks.

  private void check() {
    harness().verify(queue());
    QueueStats stats = engine().control().stats(queue());
    assertThat(
            List.of(stats.ready(), stats.scheduled(), stats.active(), stats.done(), stats.dead()))
        .as("ready, scheduled, active, done, dead")
        .isEqualTo(
            List.of(
                model.count(JobState.READY),
                model.count(JobState.SCHEDULED),
                model.count(JobState.ACTIVE),
                model.count(JobState.SUCCEEDED) + model.count(JobState.CANCELLED),
                model.count(JobState.DEAD)));
    model
        .jobs()
        .forEach(
            (key, job) -> {
              if (job.gone) {
                assertThat(engine().control().find(queue(), key)).as(key).isEmpty();
                return;
              }
              StoredJob stored = stored(key);
              assertThat(stored.state()).as(key).isEqualTo(job.state);
              assertThat(stored.counters()).as(key).isEqualTo(job.counters());
              assertThat(stored.priority()).as(key).isEqualTo(job.lane);
              assertThat(stored.consumer())
                  .as(key)
                  .isEqualTo(job.state == JobState.ACTIVE ? job.consumer : null);
            });
    forgetSome();
  }

  /** Keeps the population small, so that a life costs seconds. */
  private void forgetSome() {
    while (claims.size() > 60) {
      claims.remove(0);
    }
    for (String key : List.copyOf(model.jobs().keySet())) {
      LifeModel.Job job = model.job(key);
      boolean quoted =
          claims.stream().anyMatch(claim -> claim.held().key().equals(key))
              || consumers.stream()
                  .anyMatch(c -> c.held.stream().anyMatch(h -> h.held().key().equals(key)));
      if (!quoted && (job.gone || job.state.isFinal())) {
        if (!job.gone) {
          assertThat(engine().control().delete(queue(), key)).isEqualTo(ActReply.DONE);
        }
        model.jobs().remove(key);
      }
    }
  }

  /** Every job that is left comes to its end once workers take them and time passes. */
  private void drain() {
    engine().control().pause(queue(), false);
    paused = false;
    Consumer last = newConsumer();
    for (int round = 0; round < 60; round++) {
      TurnReply reply = last.taker.suspects(true).turn(20);
      model.promote(now());
      taken(last, reply.claims());
      for (Claim claim : List.copyOf(last.held)) {
        Settlement settlement = new Settlement(claim.held(), succeeded());
        foretell(List.of(settlement), last.taker.turn(0, settlement).settled());
        model.promote(now());
        last.held.remove(claim);
      }
      advance(PERIOD);
      reapOrTidy();
    }
    assertThat(
            model.count(JobState.READY)
                + model.count(JobState.SCHEDULED)
                + model.count(JobState.ACTIVE))
        .isZero();
    assertThat(stats().ready() + stats().scheduled() + stats().active()).isZero();
  }
}
