package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.NewJob.Ties;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Runs.Delivery;
import dev.holdfast.spi.Runs.Ended;
import dev.holdfast.spi.Runs.ForkReply;
import dev.holdfast.spi.Settled;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;

/**
 * A long random life of some runs beside a plain model of them: appends and their repetitions,
 * suspensions, messages, crashes, cancels, redrives and forks. No entry is lost, doubled or out of
 * order, no message and no end either, and every run wakes when it should.
 *
 * <p>The seed is printed when it fails; give it back as {@value LifeContract#SEED}.
 */
public abstract class RunLifeContract extends RunJobs {
  private static final int STEPS = 500;
  private static final int MOST_RUNS = 8;
  private static final String PARENT = "flows~0~01ARZ3NDEKTSV4RRFFQ69G5FAV";

  /** Those that have not ended, and dead letters. */
  private final Map<String, RunModel> runs = new HashMap<>();

  /** What was not told yet: a key, its claims, how it ended. */
  private final List<String> untold = new ArrayList<>();

  /** Claims that stand no more. */
  private final List<Claim> lost = new ArrayList<>();

  private final Deque<String> story = new ArrayDeque<>();
  private SplittableRandom random = new SplittableRandom();

  @RepeatedTest(3)
  void a_random_life_of_runs_agrees_with_the_model() {
    long seed = Long.getLong(LifeContract.SEED, System.nanoTime());
    random = new SplittableRandom(seed);
    try {
      for (int step = 0; step < STEPS; step++) {
        step(random.nextInt(100));
        if (step % 20 == 0) {
          check();
        }
      }
      check();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "life of runs with -D"
              + LifeContract.SEED
              + "="
              + seed
              + " failed; the last steps:\n  "
              + String.join("\n  ", story),
          e);
    }
  }

  private void step(int dice) {
    if (dice < 6 && runs.size() < MOST_RUNS) {
      add();
    } else if (dice < 22) {
      claim();
    } else if (dice < 40) {
      append();
    } else if (dice < 56) {
      settle();
    } else if (dice < 72) {
      send();
    } else if (dice < 78) {
      pass(Duration.ofMillis(random.nextInt(5_000)));
    } else if (dice < 81) {
      pass(TurnTaker.LEASE);
    } else if (dice < 90) {
      operate();
    } else if (dice < 95) {
      stale();
    } else {
      tell();
    }
  }

  private void say(String line) {
    story.add(line);
    if (story.size() > 60) {
      story.remove();
    }
  }

  private @Nullable RunModel any(List<RunModel> of) {
    return of.isEmpty() ? null : of.get(random.nextInt(of.size()));
  }

  private @Nullable RunModel any() {
    return any(runs.values().stream().sorted((a, b) -> a.key.compareTo(b.key)).toList());
  }

  private @Nullable RunModel anyActive() {
    return any(
        runs.values().stream()
            .filter(run -> run.state == JobState.ACTIVE)
            .sorted((a, b) -> a.key.compareTo(b.key))
            .toList());
  }

  private String subject() {
    return List.of("s", "s1", "s\t1", "t").get(random.nextInt(4));
  }

  private void add() {
    boolean child = random.nextBoolean();
    List<String> subjects = random.nextBoolean() ? List.of(subject()) : List.of();
    String key = enqueue(tied(new Ties(subjects, child ? PARENT : null, true))).get(0);
    RunModel run = new RunModel(key, child);
    run.subjects.addAll(subjects);
    runs.put(key, run);
    say("add " + run + " listens for " + subjects);
  }

  /** What every turn does once it has written the outcomes. */
  private void promote() {
    runs.values().forEach(run -> run.promote(now()));
  }

  private void claim() {
    promote();
    List<Claim> claims = taker().claim(1 + random.nextInt(2));
    boolean ready = runs.values().stream().anyMatch(run -> run.state == JobState.READY);
    assertThat(claims.isEmpty()).as("claims of %s", runs.values()).isEqualTo(!ready);
    for (Claim claim : claims) {
      RunModel run = Objects.requireNonNull(runs.get(claim.held().key()));
      say("claim " + run);
      assertThat(run.state).as("claimed %s", run).isEqualTo(JobState.READY);
      assertThat(claim.cancelRequested()).as("%s", run).isEqualTo(run.cancelRequested);
      if (run.entries.isEmpty() && run.messages.isEmpty()) {
        assertThat(claim.journal()).as("%s", run).isNull();
      } else {
        agree(run, Objects.requireNonNull(claim.journal()));
      }
      run.claimed(claim, now().plus(TurnTaker.LEASE));
    }
  }

  // Writing.

  /** Of a few letters, at a place that is right most of the time. */
  private Append anyAppend(RunModel run) {
    int size = run.entries.size();
    int after = random.nextInt(4) == 0 ? Math.max(0, size - 1 + random.nextInt(3)) : size;
    List<byte[]> entries =
        IntStream.range(0, random.nextInt(3))
            .mapToObj(i -> bytes(String.valueOf((char) ('a' + random.nextInt(3)))))
            .toList();
    return new Append(after, entries, random.nextInt(4) == 0 ? List.of(subject()) : List.of());
  }

  private void append() {
    RunModel run = anyActive();
    if (run == null) {
      return;
    }
    Append append = anyAppend(run);
    boolean fits = run.fits(append);
    Claim claim = Objects.requireNonNull(run.claim);
    say("append " + append.entries().size() + " at " + append.after() + " " + fits + " " + run);
    for (int i = random.nextInt(3) == 0 ? 2 : 1; i > 0; i--) {
      var reply = append(claim, append);
      assertThat(reply.standing()).as("%s", run).isEqualTo(fits);
      if (fits) {
        run.write(append);
        run.leaseEnd = now().plus(TurnTaker.LEASE);
        assertThat(reply.messages()).as("%s", run).isEqualTo(run.messages.size());
        assertThat(reply.cancelRequested()).as("%s", run).isEqualTo(run.cancelRequested);
      }
    }
  }

  /** Who has lost a claim writes nothing and ends nothing. */
  private void stale() {
    if (lost.isEmpty()) {
      return;
    }
    Claim claim = lost.get(random.nextInt(lost.size()));
    say("stale " + claim.held());
    assertThat(append(claim, new Append(0, List.of(), List.of("s"))).standing()).isFalse();
    assertThat(taker().settle(claim, waiting(lines(0, "z"))))
        .isNotIn(Settled.DONE, Settled.CANCELLED);
    promote();
  }

  // Outcomes.

  private void settle() {
    RunModel run = anyActive();
    if (run == null) {
      return;
    }
    Claim claim = Objects.requireNonNull(run.claim);
    Instant now = now();
    Duration delay = Duration.ofMillis(random.nextInt(3) == 0 ? 0 : random.nextInt(20_000));
    Outcome outcome;
    boolean refused = false;
    switch (random.nextInt(10)) {
      case 0 -> outcome = succeeded();
      case 1 -> outcome = buried(StateReason.BURIED);
      case 2, 3 -> outcome = retry(delay);
      default -> {
        Outcome.Suspended suspended = anySuspension(run, delay);
        refused = !run.fits(suspended.append());
        outcome = suspended;
      }
    }
    say("settle " + outcome.getClass().getSimpleName() + " " + refused + " " + run);
    Settled settled = taker().settle(claim, outcome);
    if (refused) {
      assertThat(settled).as("%s", run).isEqualTo(Settled.UNCLAIMED);
      promote();
      return;
    }
    apply(run, outcome, now, delay);
    promote();
    assertThat(settled)
        .as("%s", run)
        .isEqualTo(run.state == JobState.CANCELLED ? Settled.CANCELLED : Settled.DONE);
    lost.add(claim);
    after(run);
  }

  private Outcome.Suspended anySuspension(RunModel run, Duration delay) {
    int wakeOn = random.nextInt(4) == 0 ? NEVER : run.messages.size() + random.nextInt(3);
    return new Outcome.Suspended(
        anyAppend(run),
        random.nextInt(3) == 0 ? now().plusMillis(random.nextInt(20_000)) : null,
        random.nextBoolean() ? delay : null,
        wakeOn,
        run.cancelRequested && random.nextBoolean());
  }

  private static void apply(RunModel run, Outcome outcome, Instant now, Duration delay) {
    if (outcome instanceof Outcome.Suspended suspended) {
      run.suspend(suspended, now);
    } else if (outcome instanceof Outcome.Retry) {
      run.crashes = 0;
      run.again(now.plus(delay), now);
    } else {
      run.end(outcome instanceof Outcome.Succeeded ? JobState.SUCCEEDED : JobState.DEAD);
    }
  }

  /** Notes the end of a run if it has ended; only dead letters are looked at later. */
  private void after(RunModel run) {
    assertThat(state(run.key)).as("%s", run).isEqualTo(run.state);
    if (run.ended()) {
      agree(run, journal(run.key));
      ended(run);
    }
  }

  private void ended(RunModel run) {
    if (run.child) {
      untold.add(run.key + " " + run.claims + " " + run.state);
    }
    if (run.state != JobState.DEAD) {
      runs.remove(run.key);
    }
  }

  // Messages.

  private void send() {
    String id = "m" + random.nextInt(400);
    if (random.nextInt(4) == 0) {
      String subject = subject();
      say("spread " + id + " to " + subject);
      spread(subject, id);
      runs.values().stream()
          .filter(run -> !run.ended() && run.subjects.contains(subject))
          .forEach(
              run -> {
                Delivery unused = run.deliver(id);
              });
    } else {
      RunModel run = any();
      if (run != null) {
        say("deliver " + id + " to " + run);
        assertThat(deliver(run.key, id)).as("%s", run).isEqualTo(run.deliver(id));
        assertThat(state(run.key)).as("%s", run).isEqualTo(run.state);
      }
    }
  }

  // Crashes.

  private void pass(Duration time) {
    say("pass " + time);
    passReaping(time);
    for (RunModel run : List.copyOf(runs.values())) {
      if (run.state == JobState.ACTIVE && state(run.key) != JobState.ACTIVE) {
        say("reaped " + run);
        assertThat(run.leaseEnd).as("%s", run).isBeforeOrEqualTo(now());
        lost.add(Objects.requireNonNull(run.claim));
        run.reap(MAX_CRASHES);
        after(run);
      }
    }
  }

  // Operating.

  private void operate() {
    RunModel run = any();
    if (run == null) {
      return;
    }
    switch (random.nextInt(5)) {
      case 0, 1 -> {
        say("cancel " + run);
        boolean was = run.ended();
        ActReply reply = cancel(run.key);
        if (was) {
          assertThat(reply).as("%s", run).isEqualTo(ActReply.ENDED);
          return;
        }
        run.cancel();
        assertThat(reply).as("%s", run).isEqualTo(run.ended() ? ActReply.DONE : ActReply.REQUESTED);
        after(run);
      }
      case 2 -> {
        say("redrive " + run);
        boolean dead = run.state == JobState.DEAD;
        assertThat(control().redrive(queue(), run.key))
            .as("%s", run)
            .isEqualTo(dead ? ActReply.DONE : ActReply.NOT_APPLICABLE);
        if (dead) {
          run.redrive();
        }
      }
      case 3 -> fork(run);
      default -> delete(run);
    }
  }

  private void fork(RunModel run) {
    if (runs.size() >= MOST_RUNS) {
      return;
    }
    int first = random.nextInt(run.entries.size() + 1);
    RunModel copy = new RunModel(key(), false);
    say("fork " + first + " of " + run + " as " + copy.key);
    for (int i = 0; i < 2; i++) {
      assertThat(runs().fork(queue(), run.key, copy.key, first)).isEqualTo(ForkReply.DONE);
    }
    copy.entries.addAll(run.entries.subList(0, first));
    copy.messages.addAll(run.messages);
    copy.subjects.addAll(run.subjects);
    runs.put(copy.key, copy);
  }

  private void delete(RunModel run) {
    say("delete " + run);
    ActReply reply = control().delete(queue(), run.key);
    if (run.state == JobState.ACTIVE) {
      assertThat(reply).as("%s", run).isEqualTo(ActReply.ACTIVE);
      return;
    }
    assertThat(reply).as("%s", run).isEqualTo(ActReply.DONE);
    assertThat(journal(run.key).entries()).isEmpty();
    boolean dead = run.state == JobState.DEAD;
    run.end(JobState.CANCELLED);
    runs.remove(run.key);
    if (!dead) {
      ended(run);
    }
  }

  // Looking.

  private static String text(Ended ended) {
    return ended.key() + " " + ended.claims() + " " + ended.how();
  }

  /** What was redriven without being claimed and ended again is one end by its claims. */
  private void tell() {
    List<String> told = tellAll().stream().map(RunLifeContract::text).toList();
    say("told " + told);
    assertThat(told).isSubsetOf(untold).doesNotHaveDuplicates();
    assertThat(told.stream().map(RunLifeContract::end))
        .containsExactlyInAnyOrderElementsOf(
            untold.stream().map(RunLifeContract::end).distinct().toList());
    untold.clear();
  }

  private static String end(String line) {
    return line.substring(0, line.lastIndexOf(' '));
  }

  private static void agree(RunModel run, Journal journal) {
    assertThat(entries(journal)).as("%s", run).isEqualTo(run.entries);
    assertThat(journal.messages())
        .as("%s", run)
        .extracting(Journal.Message::id)
        .isEqualTo(run.messages);
  }

  private void check() {
    for (RunModel run : runs.values()) {
      assertThat(state(run.key)).as("%s", run).isEqualTo(run.state);
      assertThat(stored(run.key).cancelRequested()).as("%s", run).isEqualTo(run.cancelRequested);
      agree(run, journal(run.key));
    }
    assertThat(taker().turn(0).untold()).isEqualTo(!untold.isEmpty());
    promote();
  }
}
