package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.event.EventType;
import dev.holdfast.job.JobType;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** An event whose handing on is interrupted half-way is handed on to all in the end. */
class InterruptedFanOutTest {
  @EventType("tick")
  record Tick(int number) {}

  @JobType("first")
  record First(int number) {}

  @JobType("second")
  record Second(int number) {}

  private final ManualTime time = ManualTime.create();
  private final InMemoryEngine engine = InMemoryEngine.on(time);
  private final AtomicInteger asked = new AtomicInteger();
  private final Queue<String> told = new ConcurrentLinkedQueue<>();

  @Test
  void the_subscribers_that_were_not_told_are_told_with_the_next_attempt() {
    HoldfastOptions options = HoldfastOptions.builder().clock(time).build();
    try (Holdfast holdfast = Holdfast.on(interruptingWhoAsks(), options);
        Worker worker =
            Worker.on(holdfast)
                .handler(First.class, (job, context) -> told.add("first"))
                .handler(Second.class, (job, context) -> told.add("second"))
                .subscribe(Tick.class, "first", "default")
                .subscribe(Tick.class, "second", "default")
                .start()) {
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> engine.topics().subscribers("tick").size() == 2);
      holdfast.events().publish(new Tick(1));
      engine.letPass(Duration.ofHours(1));

      assertThat(told).containsExactlyInAnyOrder("first", "second");
      assertThat(asked).hasValue(2);
      assertThat(worker.health()).isNotNull();
    }
  }

  /** The first thread that asks for subscribers is interrupted as it gets them. */
  private Engine interruptingWhoAsks() {
    Topics topics =
        Delegates.delegate(
            Topics.class,
            engine.topics(),
            result -> {
              if (result instanceof List<?> && asked.incrementAndGet() == 1) {
                Thread.currentThread().interrupt();
              }
              return result;
            });
    return Delegates.delegate(
        Engine.class, engine, result -> result instanceof Topics ? topics : result);
  }
}
