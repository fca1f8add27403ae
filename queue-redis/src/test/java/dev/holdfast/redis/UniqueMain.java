package dev.holdfast.redis;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Enqueued;
import dev.holdfast.Holdfast;
import dev.holdfast.job.Uniqueness;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Enqueues jobs of the same unique keys from several threads, in a process of its own. */
public final class UniqueMain {
  static final int THREADS = 4;
  static final int KEYS = 50;

  private UniqueMain() {}

  /** Arguments: uri, namespace, directory of the history. */
  public static void main(String[] args) throws Exception {
    History history = new History(Path.of(args[2]));
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try (Holdfast holdfast =
        Holdfast.on(RedisEngine.connect(WorkerMain.options(args[0], args[1])))) {
      history.add("READY", 0, "");
      CountDownLatch start = new CountDownLatch(THREADS);
      List<Future<List<Enqueued>>> futures = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        futures.add(
            pool.submit(
                () -> {
                  start.countDown();
                  start.await();
                  return enqueue(holdfast);
                }));
      }
      for (Future<List<Enqueued>> future : futures) {
        List<Enqueued> all = future.get(30, TimeUnit.SECONDS);
        String ids =
            all.stream()
                .map(e -> (e.created() ? "+" : "=") + e.id().key())
                .collect(Collectors.joining(","));
        history.add("SENT", 0, ids);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static List<Enqueued> enqueue(Holdfast holdfast) {
    List<Enqueued> all = new ArrayList<>();
    for (int n = 0; n < KEYS; n++) {
      all.add(
          holdfast.enqueue(
              new Work(n, "ok"),
              EnqueueOptions.defaults().unique(Uniqueness.untilFinished("key:" + n))));
    }
    return all;
  }
}
