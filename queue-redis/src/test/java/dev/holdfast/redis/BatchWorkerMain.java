package dev.holdfast.redis;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.BatchHandler;
import dev.holdfast.job.BatchItem;
import dev.holdfast.worker.BatchOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A worker in a process of its own that takes {@link Work} in batches. */
public final class BatchWorkerMain {
  private BatchWorkerMain() {}

  /** Arguments: uri, namespace, queue, slots, directory of the history, jobs in a batch. */
  public static void main(String[] args) throws InterruptedException {
    History history = new History(Path.of(args[4]));
    int slots = Integer.parseInt(args[3]);
    int maxItems = Integer.parseInt(args[5]);
    Holdfast holdfast = Holdfast.on(RedisEngine.connect(WorkerMain.options(args[0], args[1])));
    Worker worker =
        Worker.on(holdfast)
            .batchHandler(
                new WorkBatchHandler(history), BatchOptions.of(maxItems, Duration.ofMillis(500)))
            .queue(args[2], slots)
            .options(WorkerMain.shortLeases().build())
            .start();
    history.add("READY", 0, "worker=" + worker.name());
    // Until SIGTERM, which closes the worker, or SIGKILL, which does not.
    new CountDownLatch(1).await();
  }

  /** Writes what it was given into the history; stays in the middle of a batch with a "hang". */
  private static final class WorkBatchHandler implements BatchHandler<Work> {
    private final History history;

    WorkBatchHandler(History history) {
      this.history = history;
    }

    @Override
    public void handle(List<BatchItem<Work>> batch) throws InterruptedException {
      history.add("BATCH", batch.size(), "");
      for (BatchItem<Work> item : batch) {
        Work work = item.payload();
        history.add("BEGIN", work.number(), "claims=" + item.counters().claims());
        if (work.mode().equals("hang-once") && item.counters().claims() == 1) {
          new CountDownLatch(1).await();
        }
        item.succeed();
      }
      for (BatchItem<Work> item : batch) {
        history.add("END", item.payload().number(), "claims=" + item.counters().claims());
      }
    }
  }
}
