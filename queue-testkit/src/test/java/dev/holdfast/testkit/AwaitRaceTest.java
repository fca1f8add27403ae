package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.event.Awaits;
import dev.holdfast.event.EventType;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobType;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.worker.WorkerOptions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Events that are published before, while and after a run begins to listen. What comes once the
 * enqueue has returned is received, exactly once; what comes before it may be.
 */
@Timeout(120)
class AwaitRaceTest {
  private static final int SEEDS = 200;

  @EventType(value = "paid", key = "/userId")
  record Paid(int userId) {}

  @JobType(value = "trial", queue = "trials")
  @Awaits(value = Paid.class, key = "/userId")
  record Trial(int userId) {}

  @JobType(value = "other", queue = "others")
  record Other() {}

  @Test
  void no_event_is_lost_that_comes_after_the_enqueue() throws Exception {
    InMemoryEngine engine = InMemoryEngine.create();
    JobHandler<Other> nothing = (job, context) -> {};
    try (Holdfast pump = Holdfast.on(engine);
        dev.holdfast.Worker worker =
            dev.holdfast.Worker.on(pump)
                .handler(Other.class, nothing)
                .queue("holdfast.events", 4)
                .options(WorkerOptions.builder().closeOnShutdown(false).build())
                .start()) {
      assertThat(worker.health().running()).isZero();
      for (int seed = 0; seed < SEEDS; seed++) {
        race(engine, seed);
      }
    }
  }

  private static void race(InMemoryEngine engine, int seed) throws Exception {
    Random random = new Random(seed);
    // Two processes: neither knows what the other has subscribed.
    try (Holdfast starter = Holdfast.on(new Borrowed(engine), HoldfastOptions.defaults());
        Holdfast publisher = Holdfast.on(new Borrowed(engine), HoldfastOptions.defaults())) {
      publisher.events().publish(new Paid(seed), PublishOptions.id("before-" + seed));
      CountDownLatch go = new CountDownLatch(1);
      int spins = random.nextInt(2_000);
      Thread meanwhile =
          new Thread(
              () -> {
                awaitGo(go);
                for (int i = 0; i < spins; i++) {
                  Thread.onSpinWait();
                }
                publisher.events().publish(new Paid(seed), PublishOptions.id("while-" + seed));
              });
      meanwhile.start();
      go.countDown();
      JobId run = starter.enqueue(new Trial(seed)).id();
      publisher.events().publish(new Paid(seed), PublishOptions.id("after-" + seed));
      publisher.events().publish(new Paid(seed), PublishOptions.id("after-" + seed));
      publisher.events().publish(new Paid(seed + 100_000), PublishOptions.id("other-" + seed));
      meanwhile.join();

      org.awaitility.Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .pollInterval(Duration.ofMillis(1))
          .until(() -> quiet(publisher));
      List<String> got =
          engine.runs().read(QueueRef.of(run), run.key()).messages().stream()
              .map(message -> message.id())
              .toList();
      assertThat(got)
          .as("seed " + seed)
          .doesNotHaveDuplicates()
          .contains("event:paid:after-" + seed)
          .isSubsetOf(
              "event:paid:before-" + seed, "event:paid:while-" + seed, "event:paid:after-" + seed);
    }
  }

  private static boolean quiet(Holdfast holdfast) {
    var stats = holdfast.queue("holdfast.events").stats();
    return stats.ready() + stats.active() + stats.scheduled() == 0;
  }

  private static void awaitGo(CountDownLatch go) {
    try {
      assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
