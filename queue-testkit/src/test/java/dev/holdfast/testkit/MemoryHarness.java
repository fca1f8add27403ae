package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.contract.EngineHarness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** An in-memory engine of its own for each test, on a clock that the test moves. */
final class MemoryHarness implements EngineHarness {
  private final ManualTime time = ManualTime.create();
  private final InMemoryEngine engine = InMemoryEngine.on(time);
  private int queues;

  @Override
  public Engine engine() {
    return engine;
  }

  @Override
  public QueueRef freshQueue() {
    return QueueRef.of("q" + ++queues);
  }

  @Override
  public Instant now() {
    return time.instant();
  }

  @Override
  public void advance(Duration by) {
    time.advance(by);
  }

  @Override
  public int crashes() {
    return 10_000;
  }

  /** A job is in one place, and its state names it. */
  @Override
  public void verify(QueueRef ref) {
    MemoryQueue queue = engine.store().queue(ref);
    Map<String, List<String>> homes = new HashMap<>();
    queue.lanes.forEach((lane, list) -> put(homes, list.page(0, Integer.MAX_VALUE), "" + lane));
    put(homes, queue.due.page(0, Integer.MAX_VALUE), "" + JobState.SCHEDULED);
    put(homes, queue.limits.page(0, Integer.MAX_VALUE), "" + JobState.PARKED);
    put(homes, queue.leases.page(0, Integer.MAX_VALUE), "" + JobState.ACTIVE);
    put(homes, queue.dead.page(0, Integer.MAX_VALUE), "" + JobState.DEAD);
    put(homes, queue.done.page(0, Integer.MAX_VALUE), "ended");
    Set<String> keys = new TreeSet<>(homes.keySet());
    keys.addAll(queue.jobs.keySet());
    List<String> wrong = new ArrayList<>();
    for (String key : keys) {
      MemoryJob job = queue.jobs.get(key);
      List<String> found = homes.getOrDefault(key, List.of());
      String expected = job == null ? "nowhere" : homeOf(job);
      if (!found.equals(List.of(expected))) {
        wrong.add("job " + key + " is in " + found + " and should be in " + expected);
      }
      if (job != null) {
        boolean active = job.state == JobState.ACTIVE;
        boolean held =
            job.consumer != null && queue.held.getOrDefault(job.consumer, Set.of()).contains(key);
        if (active != held || active != (job.consumer != null)) {
          wrong.add("job " + key + " is " + job.state + ", its consumer " + job.consumer);
        }
      }
    }
    queue.held.forEach(
        (consumer, held) -> {
          if (held.isEmpty() || queue.workers.score(consumer) == null) {
            wrong.add("consumer " + consumer + " holds " + held + ", known as a worker or not");
          }
        });
    queue
        .subjects
        .all()
        .forEach(
            (subject, listeners) -> {
              for (String key : listeners) {
                MemoryJob job = queue.jobs.get(key);
                if (job == null || job.ended() || !job.journal.subjects().contains(subject)) {
                  wrong.add("job " + key + " must not listen for " + subject);
                }
              }
            });
    for (MemoryJob job : queue.jobs.values()) {
      for (String subject : job.ended() ? Set.<String>of() : job.journal.subjects()) {
        if (!queue.subjects.all().getOrDefault(subject, new TreeSet<>()).contains(job.key)) {
          wrong.add("job " + job.key + " does not listen for " + subject);
        }
      }
    }
    assertThat(wrong).as("what is stored contradicts itself").isEmpty();
  }

  private static String homeOf(MemoryJob job) {
    return switch (job.state) {
      case READY -> "" + job.lane();
      case SUCCEEDED, CANCELLED -> "ended";
      case WAITING -> "" + JobState.SCHEDULED;
      default -> "" + job.state;
    };
  }

  private static void put(Map<String, List<String>> homes, List<String> keys, String home) {
    keys.forEach(key -> homes.computeIfAbsent(key, k -> new ArrayList<>()).add(home));
  }

  @Override
  public void close() {
    engine.close();
  }
}
