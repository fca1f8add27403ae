package dev.holdfast.testkit;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.Retention;
import dev.holdfast.worker.WorkerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Starts real workers for one test, and drains them after it. Safe for use by many threads.
 *
 * <pre>{@code
 * workers.start(worker -> worker.handler(new SendWelcomeHandler(mailer)).queue("mail", 4));
 * }</pre>
 */
public final class TestWorkers {
  /** Ten years: a status that is asserted after a virtual week is still there. */
  static final Retention KEPT =
      new Retention(Duration.ofDays(3650), 10_000, Duration.ofDays(3650), 10_000);

  private static final WorkerOptions OPTIONS =
      WorkerOptions.builder()
          .drainGrace(Duration.ofSeconds(2))
          .interruptGrace(Duration.ofSeconds(1))
          .closeOnShutdown(false)
          .retention(KEPT)
          .build();

  private final Holdfast holdfast;

  /** In the order they were started; guarded by itself. */
  private final List<Worker> started = new ArrayList<>();

  TestWorkers(Holdfast holdfast) {
    this.holdfast = holdfast;
  }

  /**
   * The options workers have unless the test sets others: the defaults, but a drain takes at most 3
   * s, the JVM's shutdown is not listened to, and ended jobs are kept for ten years.
   */
  public WorkerOptions options() {
    return OPTIONS;
  }

  /**
   * Starts a worker on the test's Holdfast, with {@link #options()} unless the test sets others.
   *
   * @param made adds handlers, and queues if the worker is to read others than its handlers'
   * @throws dev.holdfast.job.InvalidHandlerException as {@link Worker.Builder#start()}
   */
  public Worker start(Consumer<Worker.Builder> made) {
    Worker.Builder builder = Worker.on(holdfast).options(OPTIONS);
    made.accept(builder);
    return start(builder);
  }

  /**
   * Starts a worker as it was built, such as on a Holdfast of the test's own.
   *
   * @throws dev.holdfast.job.InvalidHandlerException as {@link Worker.Builder#start()}
   */
  public Worker start(Worker.Builder builder) {
    synchronized (started) {
      Worker worker = builder.start();
      started.add(worker);
      return worker;
    }
  }

  /**
   * Drains all workers, the last started first, and returns when they have ended. Happens by itself
   * after the test. Others may be started afterwards.
   */
  public void drain() {
    List<Worker> draining;
    synchronized (started) {
      draining = new ArrayList<>(started);
      started.clear();
    }
    RuntimeException failure = null;
    for (int i = draining.size() - 1; i >= 0; i--) {
      try {
        draining.get(i).close();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
