package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.StateReason;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;

/**
 * A long random life of an ordered key beside a plain line of its jobs: only the first of the line
 * is ever claimed. The seed is printed when it fails; give it back as {@value LifeContract#SEED}.
 */
public abstract class OrderLifeContract extends LimitedJobs {
  @RepeatedTest(3)
  void whatever_becomes_of_them_jobs_run_in_order() {
    long seed = Long.getLong(LifeContract.SEED, System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    limit(LimitScope.key("a"), Limit.inOrder());
    Deque<String> line = new ArrayDeque<>();
    Claim active = null;
    for (int step = 0; step < 400; step++) {
      int dice = random.nextInt(12);
      if (dice < 3) {
        line.addAll(random.nextBoolean() ? enqueueOf("a", 3) : enqueueApart("a", 2));
      } else if (dice < 4 && !line.isEmpty()) {
        String some = List.copyOf(line).get(random.nextInt(line.size()));
        boolean gone =
            (random.nextBoolean() ? cancel(some) : control().delete(queue(), some))
                == ActReply.DONE;
        if (gone) {
          line.remove(some);
        }
      } else if (dice < 5) {
        passReaping(random.nextBoolean() ? PERIOD : TurnTaker.LEASE.plus(PERIOD));
        active = active != null && stands(active) ? active : null;
        dropEnded(line);
      } else if (active == null) {
        List<Claim> claims = claims();
        assertThat(claims).as("seed %s, step %s", seed, step).hasSizeLessThan(2);
        for (Claim claim : claims) {
          assertThat(claim.held().key()).as("seed %s, step %s", seed, step).isEqualTo(line.peek());
          active = claim;
        }
      } else {
        assertThat(claims()).as("seed %s, step %s", seed, step).isEmpty();
        Outcome outcome = outcome(random);
        Settled settled = taker().settle(active, outcome);
        String key = active.held().key();
        if (settled == Settled.CANCELLED || state(key).isFinal()) {
          line.remove(key);
        }
        active = null;
      }
    }
    for (int turn = 0; !line.isEmpty(); turn++) {
      assertThat(turn).as("turns to the end; seed %s, %s left", seed, line).isLessThan(10_000);
      passReaping(PERIOD);
      dropEnded(line);
      for (Claim claim : claims()) {
        assertThat(claim.held().key()).as("seed %s", seed).isEqualTo(line.poll());
        succeed(claim);
      }
    }
  }

  /** Whoever was active, and so the first of the line, may have crashed once too often. */
  private void dropEnded(Deque<String> line) {
    while (!line.isEmpty() && state(line.element()).isFinal()) {
      line.remove();
    }
  }

  private boolean stands(Claim claim) {
    return state(claim.held().key()) == JobState.ACTIVE;
  }

  private Outcome outcome(SplittableRandom random) {
    Duration delay =
        random.nextBoolean() ? Duration.ZERO : Duration.ofMillis(random.nextInt(9_000));
    return switch (random.nextInt(9)) {
      case 0, 1, 2 -> succeeded();
      case 3 -> retry(delay);
      case 4 -> new Outcome.Snoozed(delay);
      case 5 -> new Outcome.BackedOff(delay);
      case 6 -> new Outcome.Released();
      case 7 -> buried(StateReason.EXHAUSTED);
      default -> new Outcome.Missed(delay);
    };
  }
}
