package dev.holdfast.examples.benchmark.peers;

import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import net.greghaines.jesque.Config;
import net.greghaines.jesque.ConfigBuilder;
import net.greghaines.jesque.Job;
import net.greghaines.jesque.client.Client;
import net.greghaines.jesque.client.ClientImpl;
import net.greghaines.jesque.worker.JobFactory;
import net.greghaines.jesque.worker.WorkerImplFactory;
import net.greghaines.jesque.worker.WorkerPool;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;

/**
 * Jesque: Resque in Java, a worker with a connection of its own for each slot.
 *
 * <p>A job that throws goes to a list of failed ones, and is not retried. What a dead worker held
 * stays in a list of that worker; nothing puts it back.
 */
final class JesquePeer implements Peer {
  private static final String NAMESPACE = "holdfast-benchmark-jesque";
  private static final String QUEUE = "noop";
  private static final int LIST = 1_000;
  private static final long PATIENCE_MS = 60_000;

  @Override
  public String name() {
    return "Jesque";
  }

  @Override
  public String version() {
    return Versions.of("Jesque");
  }

  @Override
  public String settings() {
    return "WorkerPool, batchEnqueue lists of 1,000, a connection a slot; no retry, no lease";
  }

  @Override
  public Session open(String redis) {
    return new Run(URI.create(redis));
  }

  private static final class Run implements Session {
    private final URI redis;
    private final Config config;
    private @Nullable WorkerPool workers;
    private @Nullable Thread starter;

    Run(URI redis) {
      this.redis = redis;
      this.config =
          new ConfigBuilder()
              .withHost(redis.getHost())
              .withPort(redis.getPort())
              .withNamespace(NAMESPACE)
              .build();
    }

    @Override
    public void enqueue(int jobs) {
      Client client = new ClientImpl(config);
      for (int from = 0; from < jobs; from += LIST) {
        client.batchEnqueue(QUEUE, Payload.range(from, Math.min(jobs, from + LIST), Run::job));
      }
      client.end();
    }

    private static Job job(int number) {
      return new Job("noop", number, Payload.filler(number));
    }

    @Override
    public void work(int slots, IntConsumer handled) {
      JobFactory factory =
          job -> (Runnable) () -> handled.accept(((Number) job.getArgs()[0]).intValue());
      workers = new WorkerPool(new WorkerImplFactory(config, List.of(QUEUE), factory), slots);
      starter = new Thread(workers, "jesque");
      starter.start();
    }

    @Override
    public void close() throws InterruptedException {
      if (workers != null && starter != null) {
        workers.endAndJoin(false, PATIENCE_MS);
        starter.join(PATIENCE_MS);
      }
      try (Jedis jedis = new Jedis(redis)) {
        Set<String> keys = jedis.keys(NAMESPACE + ":*");
        keys.forEach(jedis::del);
      }
    }
  }
}
