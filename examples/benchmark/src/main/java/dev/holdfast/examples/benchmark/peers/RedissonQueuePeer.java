package dev.holdfast.examples.benchmark.peers;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RBlockingQueue;
import org.redisson.api.RedissonClient;
import org.redisson.codec.TypedJsonJacksonCodec;

/**
 * A blocking queue of Redisson, with as many threads that take from it as there are slots.
 *
 * <p>A job is gone from Redis before it is handled: nothing is retried, and what a dead process
 * held is lost. The queue of Redisson that leases and acknowledges is not in its free edition.
 */
final class RedissonQueuePeer implements Peer {
  private static final int LIST = 1_000;

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
    return "RBlockingQueue, addAll lists of 1,000, take by each thread; no lease, no retry";
  }

  @Override
  public Session open(String redis) {
    return new Run(RedissonExecutorPeer.connect(redis));
  }

  private static final class Run implements Session {
    private final RedissonClient redisson;
    private final RBlockingQueue<Payload> queue;
    private @Nullable ExecutorService threads;

    Run(RedissonClient redisson) {
      this.redisson = redisson;
      this.queue =
          redisson.getBlockingQueue(
              "holdfast-benchmark-redisson", new TypedJsonJacksonCodec(Payload.class));
    }

    @Override
    public void enqueue(int jobs) {
      for (int from = 0; from < jobs; from += LIST) {
        queue.addAll(Payload.range(from, Math.min(jobs, from + LIST), Payload::of));
      }
    }

    @Override
    public void work(int slots, IntConsumer handled) {
      threads = Executors.newFixedThreadPool(slots);
      for (int slot = 0; slot < slots; slot++) {
        threads.execute(() -> takeAll(handled));
      }
    }

    private void takeAll(IntConsumer handled) {
      try {
        while (true) {
          handled.accept(queue.take().number());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() throws InterruptedException {
      if (threads != null) {
        threads.shutdownNow();
        threads.awaitTermination(1, TimeUnit.MINUTES);
      }
      queue.delete();
      redisson.shutdown();
    }
  }
}
