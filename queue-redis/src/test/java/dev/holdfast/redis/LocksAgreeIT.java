package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.spi.LockHolder;
import dev.holdfast.spi.Locks;
import dev.holdfast.testkit.InMemoryEngine;
import dev.holdfast.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Locks in memory answer as those in Redis do: random calls to both at once, also over steps of the
 * clock, every answer compared. The seed is in the message when it fails.
 */
class LocksAgreeIT {
  private static final int STEPS = 1_500;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final Deque<String> story = new ArrayDeque<>();
  private final List<Long> tokens = new ArrayList<>();

  @RepeatedTest(2)
  void a_random_life_of_locks_gets_the_same_answers() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    ManualTime time = ManualTime.create();
    try (RedisHarness redis = RedisHarness.open();
        InMemoryEngine memory = InMemoryEngine.on(time)) {
      assertThat(redis.now()).isEqualTo(time.instant());
      List<String> names = List.of(redis.freshLock(), redis.freshLock());
      for (int i = 0; i < STEPS; i++) {
        if (random.nextInt(3) == 0) {
          Duration by = Duration.ofMillis(random.nextInt(8) == 0 ? -5_000 : random.nextInt(2_000));
          redis.advance(by);
          time.advance(by);
          tell("advance " + by);
        } else {
          Function<Locks, CompletableFuture<?>> call = call(random, names);
          Object expected = answer(call.apply(redis.engine().locks()));
          if (expected instanceof Locks.LockReply.Locked locked) {
            tokens.add(locked.token());
          }
          assertThat(answer(call.apply(memory.locks())))
              .as("step %s of seed %s; the last steps: %s", i, seed, story)
              .isEqualTo(expected);
          tell("  " + expected);
        }
      }
    }
    assertThat(tokens).hasSizeGreaterThan(STEPS / 50);
  }

  private Function<Locks, CompletableFuture<?>> call(SplittableRandom random, List<String> names) {
    LockHolder holder =
        new LockHolder(names.get(random.nextInt(names.size())), "owner-" + random.nextInt(3));
    Duration lease = Duration.ofMillis(1 + random.nextInt(4_000));
    // Mostly one of the last given, so that many fit.
    Long token =
        tokens.isEmpty()
            ? 1L
            : tokens.get(tokens.size() - 1 - random.nextInt(Math.min(3, tokens.size())));
    int dice = random.nextInt(4);
    if (dice < 2) {
      tell("lock " + holder + " " + lease);
      return locks -> locks.lock(holder, lease, TIMEOUT);
    } else if (dice < 3) {
      tell("extend " + holder + " " + token + " " + lease);
      return locks -> locks.extend(holder, token, lease, TIMEOUT);
    }
    @Nullable Long known = random.nextInt(3) == 0 ? null : token;
    tell("unlock " + holder + " " + known);
    return locks -> locks.unlock(holder, known, TIMEOUT);
  }

  private static Object answer(CompletableFuture<?> future) {
    return future.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
  }

  private void tell(String line) {
    story.add(line);
    if (story.size() > 30) {
      story.remove();
    }
  }
}
