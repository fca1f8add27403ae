package dev.holdfast.examples.benchmark;

import dev.holdfast.Enqueued;
import dev.holdfast.Holdfast;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The ways to enqueue the jobs of a run. Each returns when all are answered. */
final class Producers {
  private Producers() {}

  /** A way to enqueue the numbers 0 to jobs - 1. */
  @FunctionalInterface
  interface Producing {
    void enqueue(Holdfast holdfast, int jobs) throws Exception;
  }

  /** One thread that waits for no answer until the end. */
  static void async(Holdfast holdfast, int jobs) throws Exception {
    List<CompletableFuture<Enqueued>> answers = new ArrayList<>(jobs);
    for (int number = 0; number < jobs; number++) {
      answers.add(holdfast.enqueueAsync(Noop.of(number)));
    }
    requireCreated(answers);
  }

  /** Waits for these answers, and checks that each tells of a new job. */
  static void requireCreated(List<CompletableFuture<Enqueued>> answers) throws Exception {
    for (CompletableFuture<Enqueued> answer : answers) {
      Backlog.requireCreated(answer.get(Backlog.PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }
  }

  /** Threads as those of a web server: each sends one job, and waits for its answer. */
  static void oneByOne(Holdfast holdfast, int jobs, int threads) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> ends = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int first = thread;
        ends.add(
            pool.submit(
                () -> {
                  for (int number = first; number < jobs; number += threads) {
                    Backlog.requireCreated(holdfast.enqueue(Noop.of(number)));
                  }
                }));
      }
      for (Future<?> end : ends) {
        end.get(Backlog.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
  }
}
