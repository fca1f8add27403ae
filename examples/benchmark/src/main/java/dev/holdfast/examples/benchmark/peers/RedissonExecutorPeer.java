package dev.holdfast.examples.benchmark.peers;

import java.io.Serializable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RExecutorService;
import org.redisson.api.RedissonClient;
import org.redisson.api.WorkerOptions;
import org.redisson.config.Config;

/**
 * The executor service of Redisson: a job is an object that carries its own code.
 *
 * <p>What a dead process held runs again after the retry interval of its task, 5 minutes by
 * default. A task that throws is not retried.
 */
final class RedissonExecutorPeer implements Peer {
  /** More than the slots, so that each may wait on a connection of its own. */
  private static final int CONNECTIONS = 64;

  private static final int LIST = 1_000;

  /** A job; public, as Redisson makes it by reflection. */
  public static final class NoopTask implements Runnable, Serializable {
    private int number;
    private String filler = "";
    private transient @Nullable IntConsumer handled;

    /** For Redisson. */
    public NoopTask() {}

    static NoopTask of(int number) {
      NoopTask task = new NoopTask();
      task.number = number;
      task.filler = Payload.filler(number);
      return task;
    }

    @Override
    public void run() {
      if (handled == null || filler.isEmpty()) {
        throw new IllegalStateException("job " + number + " did not come as it was sent");
      }
      handled.accept(number);
    }
  }

  @Override
  public String name() {
    return "Redisson";
  }

  @Override
  public String version() {
    return Versions.of("Redisson");
  }

  @Override
  public String settings() {
    return "RExecutorService, execute lists of 1,000, as many workers as slots; no retry";
  }

  @Override
  public Session open(String redis) {
    return new Run(connect(redis));
  }

  static RedissonClient connect(String redis) {
    Config config = new Config();
    config.useSingleServer().setAddress(redis).setConnectionPoolSize(CONNECTIONS);
    return Redisson.create(config);
  }

  private static final class Run implements Session {
    private final RedissonClient redisson;
    private final RExecutorService executor;
    private @Nullable ExecutorService threads;

    Run(RedissonClient redisson) {
      this.redisson = redisson;
      this.executor = redisson.getExecutorService("holdfast-benchmark-redisson");
    }

    @Override
    public void enqueue(int jobs) {
      for (int from = 0; from < jobs; from += LIST) {
        executor.execute(
            Payload.range(from, Math.min(jobs, from + LIST), NoopTask::of)
                .toArray(Runnable[]::new));
      }
    }

    @Override
    public void work(int slots, IntConsumer handled) {
      threads = Executors.newFixedThreadPool(slots);
      executor.registerWorkers(
          WorkerOptions.defaults()
              .workers(slots)
              .executorService(threads)
              .tasksInjector(task -> ((NoopTask) task).handled = handled));
    }

    @Override
    public void close() throws InterruptedException {
      if (threads != null) {
        executor.deregisterWorkers();
        threads.shutdown();
        threads.awaitTermination(1, TimeUnit.MINUTES);
      }
      executor.delete();
      redisson.shutdown();
    }
  }
}
