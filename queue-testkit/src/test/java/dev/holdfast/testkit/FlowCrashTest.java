package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Holdfast;
import dev.holdfast.event.Awaits;
import dev.holdfast.event.EventType;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.StepFuture;
import dev.holdfast.flow.Steps;
import dev.holdfast.flow.Wait;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobType;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.HoldfastTest.Mode;
import dev.holdfast.testkit.TappedEngine.Fault;
import dev.holdfast.testkit.TappedEngine.Plan;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A flow of six steps with branches, a sleep, a child and a wait, while each call of its workers to
 * the engine goes wrong in turn, and then any of them at random.
 */
@Timeout(600)
class FlowCrashTest {
  @JobType(value = "order.place", queue = "orders")
  @Awaits(Received.class)
  record Order(int number) {}

  @JobType(value = "order.label", queue = "labels")
  record PrintLabel(int number) {}

  @EventType("order.received")
  record Received(String by) {}

  /** What happened in one test to one order. */
  private static final class Course implements FlowHandler<Order, String> {
    /** How often the code of each step has begun. */
    private final Map<String, AtomicInteger> ran = new ConcurrentHashMap<>();

    /** How often it had when its outcome was recorded. */
    private final Map<String, Integer> recorded = new ConcurrentHashMap<>();

    /** What each step gave first, and each time it gave something else. */
    private final Map<String, String> gave = new ConcurrentHashMap<>();

    private final List<String> changed = new CopyOnWriteArrayList<>();

    @Override
    public String run(Steps steps, Order order) {
      List<String> all = new ArrayList<>();
      all.add(step(steps, "", "validate"));
      all.add(step(steps, "", "charge"));
      steps.parallel(
          "fulfil",
          both -> {
            StepFuture<String> confirm =
                both.run("confirm", String.class, context -> code("fulfil/confirm"));
            StepFuture<String> ship =
                both.branch(
                    "ship",
                    branch -> {
                      String picked = step(branch, "fulfil/ship/", "pick");
                      branch.sleep("truck", Duration.ofHours(1));
                      return picked + " " + step(branch, "fulfil/ship/", "load");
                    });
            all.add(same("fulfil/confirm", confirm.get()));
            all.add(same("fulfil/ship", ship.get()));
          });
      all.add(same("label", steps.call("label", new PrintLabel(order.number()), String.class)));
      all.add(
          same(
              "received",
              steps
                  .waitFor("received", Wait.on(Received.class).within(Duration.ofDays(7)))
                  .map(event -> event.payload().by())
                  .orElse("nobody")));
      all.add(step(steps, "", "review"));
      return String.join(" ", all);
    }

    private String step(Steps steps, String scope, String name) {
      return same(scope + name, steps.run(name, String.class, context -> code(scope + name)));
    }

    /** Gives another value each time it runs. */
    private String code(String key) {
      return key + "-" + ran.computeIfAbsent(key, first -> new AtomicInteger()).incrementAndGet();
    }

    private String same(String key, String value) {
      String first = gave.putIfAbsent(key, value);
      if (first != null && !first.equals(value)) {
        changed.add(key + " gave " + first + ", then " + value);
      }
      return value;
    }

    void written(Append append) {
      for (byte[] entry : append.entries()) {
        String[] words = words(entry);
        AtomicInteger times = ran.get(words[1]);
        if (words[0].equals("done") && times != null) {
          recorded.putIfAbsent(words[1], times.get());
        }
      }
    }

    int times(String key) {
      AtomicInteger times = ran.get(key);
      return times == null ? 0 : times.get();
    }
  }

  private static final List<String> CODE =
      List.of(
          "validate", "charge", "fulfil/confirm", "fulfil/ship/pick", "fulfil/ship/load", "review");

  /** An entry's kind, its step's key, and more. */
  private static String[] words(byte[] entry) {
    return new String(entry, StandardCharsets.UTF_8).split("\t", 3);
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void any_one_call_may_go_wrong_and_no_outcome_is_lost_or_changed(Fault fault) {
    List<String> calls = new CopyOnWriteArrayList<>();
    Course clean = new Course();
    run(clean, new TappedEngine(call -> calls.add(call) ? null : fault, clean::written), 0);
    assertThat(calls).hasSizeGreaterThan(20).doesNotHaveDuplicates();
    Set<String> again = new HashSet<>();
    int struck = 0;
    for (String each : calls) {
      Course course = new Course();
      TappedEngine tap =
          new TappedEngine(call -> call.equals(each) ? fault : null, course::written);
      run(course, tap, 1);
      List<String> twice = CODE.stream().filter(step -> course.times(step) > 1).toList();
      // Two branches at most are in flight.
      assertThat(twice).as("%s: what ran again", tap).hasSizeLessThanOrEqualTo(2);
      assertThat(twice).as("%s: what ran again", tap).allMatch(step -> course.times(step) == 2);
      again.addAll(twice);
      struck += tap.hasStruck() ? 1 : 0;
    }
    // What both branches write at the same time is one append or two.
    assertThat(struck).isGreaterThanOrEqualTo(calls.size() - 1);
    if (fault == Fault.DIES_BEFORE) {
      // Beside the two that race with each other.
      assertThat(again).contains("validate", "charge", "fulfil/ship/load", "review");
    } else if (!fault.deadly) {
      assertThat(again).isEmpty();
    }
  }

  @Test
  void any_calls_may_go_wrong_and_no_outcome_is_lost_or_changed() {
    Long given = Long.getLong("holdfast.flow.seed");
    long first = given == null ? 1 : given;
    for (long seed = first; seed < first + (given == null ? 20 : 1); seed++) {
      Course course = new Course();
      TappedEngine tap = new TappedEngine(new Walk(seed), course::written);
      try {
        run(course, tap, Walk.MOST_DEATHS);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("with -Dholdfast.flow.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }

  /** Faults at random, some of them deadly. */
  private static final class Walk implements Plan {
    static final int MOST_DEATHS = 5;
    private static final int ONE_OF = 8;
    private static final List<Fault> FAULTS = List.of(Fault.values());

    private final Random random;
    private int deaths;

    Walk(long seed) {
      random = new Random(seed);
    }

    @Override
    public synchronized @Nullable Fault of(String call) {
      Fault fault = FAULTS.get(random.nextInt(FAULTS.size()));
      if (random.nextInt(ONE_OF) > 0 || (fault.deadly && deaths == MOST_DEATHS)) {
        return null;
      }
      deaths += fault.deadly ? 1 : 0;
      return fault;
    }
  }

  /** Leads an order to its end, and asserts what holds whatever went wrong. */
  private static void run(Course course, TappedEngine tap, int deaths) {
    TestKit kit = TestKit.inMemory(Mode.BACKGROUND);
    try {
      Holdfast holdfast = part(kit, Holdfast.class);
      TestWorkers workers = part(kit, TestWorkers.class);
      InMemoryEngine engine = part(kit, InMemoryEngine.class);
      AtomicInteger labels = new AtomicInteger();
      for (int n = 0; n <= deaths; n++) {
        workers.start(
            worker ->
                worker
                    .flow(Order.class, new WatchedFlow<>(course, new Replays()))
                    .resultHandler(
                        PrintLabel.class, (label, context) -> "label-" + labels.incrementAndGet()),
            tap::around);
      }
      JobId id = holdfast.enqueue(new Order(7)).id();
      engine.letPass(Duration.ZERO);
      holdfast.events().publish(new Received("Ann"));
      engine.letPass(Duration.ofHours(3));
      // Three crashes in a row are taken for the run's own fault.
      for (int n = 0; n < deaths && holdfast.runs().resume(id); n++) {
        engine.letPass(Duration.ofHours(3));
      }

      assertThat(holdfast.status(id).orElseThrow().state())
          .as("%s: %s", tap, Descriptions.of(holdfast.runs().status(id).orElseThrow()))
          .isEqualTo(JobState.SUCCEEDED);
      assertThat(holdfast.result(id, String.class)).as("%s", tap).contains(expected(course));
      assertThat(course.changed).as("%s: outcomes that changed", tap).isEmpty();
      assertThat(course.recorded.keySet()).containsExactlyInAnyOrderElementsOf(CODE);
      course.recorded.forEach(
          (step, times) ->
              assertThat(course.times(step))
                  .as("%s: runs of %s, before its outcome was recorded and in all", tap, step)
                  .isEqualTo(times));
      assertWrittenOnce(tap, engine.runs().read(QueueRef.of(id), id.key()));
      assertThat(holdfast.queue("labels").stats().done()).as("%s: children", tap).isEqualTo(1);
    } finally {
      kit.close();
    }
  }

  private static String expected(Course course) {
    return String.join(
        " ",
        course.gave.get("validate"),
        course.gave.get("charge"),
        course.gave.get("fulfil/confirm"),
        course.gave.get("fulfil/ship"),
        course.gave.get("label"),
        "Ann",
        course.gave.get("review"));
  }

  private static void assertWrittenOnce(TappedEngine tap, Journal journal) {
    Set<String> seen = new HashSet<>();
    for (Journal.Entry entry : journal.entries()) {
      String[] words = words(entry.bytes());
      String what = words[0] + " " + (words.length > 1 ? words[1] : "");
      boolean repeatable = words[0].equals("tried") || words[0].equals("fatal");
      assertThat(repeatable || words[0].equals("cleared") || seen.add(what))
          .as("%s: %s is written once", tap, what)
          .isTrue();
    }
    assertThat(seen).contains("done validate", "done review", "received label");
  }

  private static <T> T part(TestKit kit, Class<T> type) {
    return type.cast(Objects.requireNonNull(kit.parameter(type)));
  }
}
