package dev.holdfast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandlerPoolTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final List<Thread> made = new ArrayList<>();
  private final AtomicBoolean noMemory = new AtomicBoolean();

  /** What a new thread waits for before it does anything. */
  private volatile CountDownLatch held = new CountDownLatch(0);

  private final ThreadFactory factory =
      task -> {
        if (noMemory.get()) {
          throw new OutOfMemoryError("unable to create native thread (a test says so)");
        }
        CountDownLatch first = held;
        Thread thread =
            new Thread(
                () -> {
                  awaitQuietly(first);
                  task.run();
                });
        thread.setDaemon(true);
        synchronized (made) {
          made.add(thread);
        }
        return thread;
      };
  private final HandlerPool pool = new HandlerPool(factory);

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void attempts_that_block_all_run_at_once() throws Exception {
    int attempts = 100;
    CountDownLatch started = new CountDownLatch(attempts);
    CountDownLatch end = new CountDownLatch(1);
    for (int i = 0; i < attempts; i++) {
      run(
          () -> {
            started.countDown();
            awaitQuietly(end);
          });
    }
    assertThat(started.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    end.countDown();
  }

  @Test
  void an_attempt_behind_one_that_blocks_does_not_wait_for_its_end() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    run(() -> awaitQuietly(end));
    run(second::countDown);
    assertThat(second.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    end.countDown();
  }

  @Test
  void a_burst_of_short_attempts_does_not_wake_a_thread_for_each() throws Exception {
    int attempts = 10_000;
    CountDownLatch all = new CountDownLatch(attempts);
    for (int i = 0; i < attempts; i++) {
      run(all::countDown);
    }
    assertThat(all.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    synchronized (made) {
      assertThat(made).hasSizeLessThan(attempts / 10);
    }
  }

  @Test
  void every_attempt_of_many_callers_runs_once() throws Exception {
    int callers = 4;
    int each = 50_000;
    AtomicIntegerArray runs = new AtomicIntegerArray(callers * each);
    CountDownLatch all = new CountDownLatch(callers * each);
    List<Thread> threads = new ArrayList<>();
    for (int c = 0; c < callers; c++) {
      int from = c * each;
      Thread thread =
          new Thread(
              () -> {
                for (int i = from; i < from + each; i++) {
                  int number = i;
                  run(
                      () -> {
                        runs.incrementAndGet(number);
                        all.countDown();
                      });
                  if (i % 100 == 0) {
                    LockSupport.parkNanos(1_000);
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    assertThat(all.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < runs.length(); i++) {
      assertThat(runs.get(i)).isEqualTo(1);
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Test
  void an_attempt_for_which_no_thread_can_be_made_is_refused_and_not_run_later() throws Exception {
    noMemory.set(true);
    AtomicInteger ran = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    pool.execute(ran::incrementAndGet, why -> refused.incrementAndGet());
    assertThat(refused).hasValue(1);

    noMemory.set(false);
    CountDownLatch next = new CountDownLatch(1);
    run(next::countDown);
    assertThat(next.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(ran).hasValue(0);
  }

  @Test
  void attempts_that_wait_are_refused_when_the_running_one_finds_no_thread_for_them()
      throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch refused = new CountDownLatch(3);
    // The thread of the first attempt is held up before it looks for a second thread.
    held = go;
    run(
        () -> {
          running.countDown();
          awaitQuietly(end);
        });
    for (int i = 0; i < 3; i++) {
      pool.execute(() -> {}, why -> refused.countDown());
    }
    noMemory.set(true);
    go.countDown();

    assertThat(refused.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(running.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    end.countDown();
  }

  @Test
  void an_attempt_that_throws_leaves_its_thread_for_the_next() throws Exception {
    CountDownLatch next = new CountDownLatch(1);
    run(
        () -> {
          throw new StackOverflowError("a test says so");
        });
    run(next::countDown);
    assertThat(next.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void threads_end_after_the_close() throws Exception {
    CountDownLatch started = new CountDownLatch(10);
    CountDownLatch end = new CountDownLatch(1);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    for (int i = 0; i < 10; i++) {
      run(
          () -> {
            threads.add(Thread.currentThread());
            started.countDown();
            awaitQuietly(end);
          });
    }
    assertThat(started.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    end.countDown();
    pool.close();
    for (Thread thread : threads) {
      thread.join(LONG.toMillis());
      assertThat(thread.isAlive()).isFalse();
    }
  }

  private void run(Runnable attempt) {
    pool.execute(
        attempt,
        why -> {
          throw new AssertionError(why);
        });
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
