package dev.holdfast.redis;

import dev.holdfast.Enqueued;
import dev.holdfast.Holdfast;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.JobType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Enqueues as fast as it can and never waits for an answer before the last, in a small heap. */
public final class FloodMain {
  /** How many jobs, of 1 KiB each. */
  public static final int JOBS = 50_000;

  private FloodMain() {}

  @JobType(value = "test.flood", queue = "work")
  record Flood(int number, String ballast) {}

  /** Arguments: uri, namespace, directory of the history. */
  public static void main(String[] args) {
    History history = new History(Path.of(args[2]));
    String ballast = "x".repeat(1_000);
    int stored = 0;
    int refused = 0;
    try (Holdfast holdfast =
        Holdfast.on(RedisEngine.connect(WorkerMain.options(args[0], args[1])))) {
      List<CompletableFuture<Enqueued>> answers = new ArrayList<>(JOBS);
      for (int n = 0; n < JOBS; n++) {
        answers.add(holdfast.enqueueAsync(new Flood(n, ballast)));
      }
      for (CompletableFuture<Enqueued> answer : answers) {
        try {
          stored += answer.join().created() ? 1 : 0;
        } catch (CompletionException e) {
          if (!(e.getCause() instanceof EngineUnavailableException)) {
            throw e;
          }
          refused++;
        }
      }
    }
    history.add("STORED", stored, "");
    history.add("REFUSED", refused, "");
    Runtime heap = Runtime.getRuntime();
    history.add("HEAP", (int) ((heap.totalMemory() - heap.freeMemory()) >> 20), "");
  }
}
