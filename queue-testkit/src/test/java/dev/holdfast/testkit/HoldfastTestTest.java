package dev.holdfast.testkit;

import static dev.holdfast.testkit.HoldfastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.job.ClosedException;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobType;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.HoldfastTest.On;
import dev.holdfast.worker.WorkerHealth;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** What a test annotated with {@link HoldfastTest} is given, and what is left of it afterwards. */
@Timeout(30)
class HoldfastTestTest {
  @JobType(value = "mail.welcome", queue = "mail")
  record Mail(int number) {}

  @Nested
  @HoldfastTest
  class InMemory {
    private Holdfast before;

    @BeforeEach
    void keep(Holdfast holdfast) {
      before = holdfast;
      holdfast.enqueue(new Mail(0));
    }

    @AfterEach
    void still_open(Holdfast holdfast) {
      assertThat(holdfast.queue("mail").stats().active()).isZero();
    }

    @Test
    void one_test_has_one_of_each(
        Holdfast holdfast, InMemoryEngine engine, ManualTime time, TestWorkers workers) {
      assertThat(holdfast).isSameAs(before);
      Queue<Integer> seen = new ConcurrentLinkedQueue<>();
      workers.start(worker -> worker.handler(Mail.class, (mail, c) -> seen.add(mail.number())));
      JobId id = holdfast.enqueue(new Mail(1), EnqueueOptions.in(Duration.ofDays(7))).id();
      assertThat(holdfast).job(id).isScheduledFor(ManualTime.START.plus(Duration.ofDays(7)));

      engine.letPass(Duration.ofDays(14));

      assertThat(seen).containsExactly(0, 1);
      assertThat(time.instant()).isEqualTo(ManualTime.START.plus(Duration.ofDays(14)));
      assertThat(holdfast).job(id).hasSucceeded();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void each_test_has_queues_of_its_own(int number, Holdfast holdfast) {
      holdfast.enqueue(new Mail(number));
      assertThat(holdfast).queue("mail").hasReady(2);
    }

    @Nested
    class Deeper {
      @Test
      void a_nested_class_is_given_them_too(Holdfast holdfast, ManualTime time) {
        assertThat(holdfast).isSameAs(before);
        assertThat(time.instant()).isEqualTo(ManualTime.START);
      }
    }
  }

  @Test
  @HoldfastTest
  void a_method_can_be_annotated_alone(Holdfast holdfast, TestWorkers workers) {
    Holdfast own =
        Holdfast.on(InMemoryEngine.create(), HoldfastOptions.builder().queueBound(5).build());
    try (own) {
      workers.start(
          Worker.on(own)
              .options(workers.options())
              .handler(Mail.class, (mail, context) -> context.log("sent")));
      JobId id = own.enqueue(new Mail(1)).id();
      assertThat(own).eventually().job(id).hasSucceeded();
      assertThat(holdfast).job(id).isUnknown();
      workers.drain();
    }
  }

  /** Run by {@link #run}, not by the build: what is left of a test is seen after it. */
  @HoldfastTest
  static class Leaving {
    static final List<Object> LEFT = new CopyOnWriteArrayList<>();
    static final CountDownLatch INTERRUPTED = new CountDownLatch(1);

    @Test
    void leaves_a_worker_that_runs(Holdfast holdfast, InMemoryEngine engine, TestWorkers workers)
        throws Exception {
      CountDownLatch running = new CountDownLatch(1);
      Worker worker =
          workers.start(
              with ->
                  with.options(
                          workers.options().toBuilder().drainGrace(Duration.ofMillis(10)).build())
                      .handler(
                          Mail.class,
                          (mail, context) -> {
                            running.countDown();
                            try {
                              new CountDownLatch(1).await();
                            } finally {
                              INTERRUPTED.countDown();
                            }
                          }));
      holdfast.enqueue(new Mail(1));
      assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
      LEFT.addAll(List.of(worker, holdfast, engine));
      throw new AssertionError("failed on purpose");
    }
  }

  @Test
  void a_test_that_fails_leaves_nothing_running() throws Exception {
    TestExecutionSummary summary = run(Leaving.class);

    assertThat(failures(summary)).singleElement().asString().contains("failed on purpose");
    assertThat(Leaving.INTERRUPTED.await(10, TimeUnit.SECONDS)).isTrue();
    Worker worker = (Worker) Leaving.LEFT.get(0);
    Holdfast holdfast = (Holdfast) Leaving.LEFT.get(1);
    InMemoryEngine engine = (InMemoryEngine) Leaving.LEFT.get(2);
    assertThat(worker.health().status()).isEqualTo(WorkerHealth.Status.DOWN);
    assertThatThrownBy(() -> holdfast.enqueue(new Mail(1))).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> engine.control().stats(QueueRef.of("mail")))
        .isInstanceOf(EngineUnavailableException.class);
  }

  /** Asks where there is no test yet. */
  @HoldfastTest
  static class AskingTooEarly {
    @BeforeAll
    static void before(Holdfast holdfast) {}

    @Test
    void runs() {}
  }

  /** Asks for what only memory has. */
  @HoldfastTest(On.REDIS)
  static class AskingForTime {
    @Test
    @HoldfastTest(On.MEMORY)
    void the_method_wins(ManualTime time) {}

    @Test
    void no_engine_is_there(Holdfast holdfast, TestInfo info) {}
  }

  @Test
  void a_parameter_before_there_is_a_test_is_refused() {
    assertThat(failures(run(AskingTooEarly.class)))
        .singleElement()
        .asString()
        .contains("Holdfast is made for each test");
  }

  @Test
  void a_real_engine_that_is_not_on_the_class_path_is_asked_for() {
    TestExecutionSummary summary = run(AskingForTime.class);

    assertThat(summary.getTestsSucceededCount()).isEqualTo(1);
    assertThat(failures(summary))
        .singleElement()
        .asString()
        .contains("add dev.holdfast:queue-redis to the tests");
  }

  private static TestExecutionSummary run(Class<?> tests) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build(),
            listener);
    return listener.getSummary();
  }

  private static List<String> failures(TestExecutionSummary summary) {
    return summary.getFailures().stream()
        .map(
            failure -> {
              StringWriter text = new StringWriter();
              failure.getException().printStackTrace(new PrintWriter(text));
              return text.toString();
            })
        .toList();
  }
}
