package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.event.EventType;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobType;
import dev.holdfast.testkit.FaultyEngine.Call;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A publisher and the workers that hand on die half-way, and it is all done again. */
@Timeout(120)
@HoldfastTest
class PublishTwiceTest {
  @EventType("tick")
  record Tick(int number) {}

  @JobType(value = "first", queue = "one")
  record First(int number) {}

  @JobType(value = "second", queue = "two")
  record Second(int number) {}

  private final Set<JobId> first = ConcurrentHashMap.newKeySet();
  private final Set<JobId> second = ConcurrentHashMap.newKeySet();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void each_subscriber_has_exactly_one_job_of_each_event(
      long seed, Holdfast holdfast, TestWorkers workers, InMemoryEngine engine, ManualTime time) {
    JobHandler<First> one = (job, context) -> first.add(context.id());
    JobHandler<Second> two = (job, context) -> second.add(context.id());
    CrashPoint[] points = {CrashPoint.CLAIM, CrashPoint.HANDLER, CrashPoint.ACK};
    for (int i = 0; i < 2; i++) {
      workers.crashAfter(points[(int) ((seed + i) % points.length)]);
    }
    for (int i = 0; i < 4; i++) {
      workers.start(
          worker ->
              worker
                  .handler(First.class, one)
                  .handler(Second.class, two)
                  .subscribe(Tick.class, "first", "one")
                  .subscribe(Tick.class, "second", "two"));
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> holdfast.events().subscribers(Tick.class).equals(List.of("first", "second")));

    FaultyEngine faulty =
        FaultyEngine.around(new Borrowed(engine))
            .seed(seed)
            .rate(0)
            .rate(Call.ENQUEUE, 0.6)
            .build();
    HoldfastOptions options = HoldfastOptions.builder().clock(time).build();
    try (Holdfast publisher = Holdfast.on(faulty, options)) {
      IntStream.range(0, 10).forEach(number -> publishUntilKnown(publisher, number));
    }
    engine.letPass(Duration.ofHours(1));

    assertThat(faulty.injected(Call.ENQUEUE)).isPositive();
    assertThat(first).hasSize(10);
    assertThat(second).hasSize(10);
  }

  private static void publishUntilKnown(Holdfast publisher, int number) {
    for (int i = 0; i < 100; i++) {
      try {
        publisher.events().publish(new Tick(number), PublishOptions.id("tick-" + number));
        return;
      } catch (HoldfastException e) {
        // Known or not, it is published again under its id.
        assertThat(e.getMessage()).isNotBlank();
      }
    }
    throw new AssertionError("100 publishes failed");
  }
}
