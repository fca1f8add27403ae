package dev.holdfast.examples.productsync;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.worker.WorkerOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The worker, in a JVM of its own. Its {@link #main} is what runs there. */
final class SyncWorker {
  /** Attempts at once in a worker. Two workers have more than the limit allows: it decides. */
  static final int SLOTS = 2;

  private static final String REDIS_URL = "PRODUCT_SYNC_REDIS_URL";
  private static final String POSTGRES_URL = "PRODUCT_SYNC_POSTGRES_URL";

  private SyncWorker() {}

  /**
   * Short leases, so that what a killed worker held is taken back within seconds. They must be
   * longer than two reap periods, the jitter, a reconnect (2 s) and an extension period together;
   * the defaults bear an outage of Redis of 20 s, these do not.
   */
  private static WorkerOptions options(String name) {
    return WorkerOptions.builder()
        .name(name)
        .lease(Duration.ofSeconds(5))
        .extendPeriod(Duration.ofSeconds(1))
        .reapPeriod(Duration.ofMillis(500))
        .reapJitter(Duration.ofMillis(100))
        .blockTime(Duration.ofMillis(500))
        .attemptLog(WorkerOptions.AttemptLog.FAILURES)
        .build();
  }

  /** Works until its starter closes the standard input, or is gone. */
  public static void main(String[] args) throws IOException {
    String name = args[0];
    String namespace = args[1];
    ShopClient shop = new ShopClient(URI.create(args[2]), new Tempo(Integer.parseInt(args[3])));
    try (ProductTable products = ProductTable.open(secret(POSTGRES_URL), namespace, SLOTS);
        Holdfast holdfast = ProductSync.connect(secret(REDIS_URL), namespace);
        Worker worker =
            Worker.on(holdfast)
                .handler(new StartSyncHandler(holdfast, shop))
                .handler(new SyncPagesHandler(shop, products))
                .schedules("product-sync", List.of())
                .queue(StartSync.QUEUE, 1)
                .queue(SyncPages.QUEUE, SLOTS)
                .options(options(name))
                .start()) {
      ChildJvm.serve(worker.name());
    }
  }

  private static String secret(String name) {
    return Objects.requireNonNull(System.getenv(name), name);
  }

  /**
   * Starts a JVM with one.
   *
   * @param name of the worker
   */
  static ChildJvm start(String name, Site site) throws IOException {
    return ChildJvm.start(
        name,
        SyncWorker.class,
        site.directory(),
        Map.of(REDIS_URL, site.redis(), POSTGRES_URL, site.postgres()),
        name,
        site.namespace(),
        site.shop().toString(),
        String.valueOf(site.tempo().speed()));
  }

  /**
   * Where everything is.
   *
   * @param redis the URL of Redis
   * @param postgres the JDBC URL of PostgreSQL
   * @param namespace what the keys of this run begin with, and what its table is named for
   * @param shop the URI of the shop
   * @param tempo how fast the shop's clock runs
   * @param directory where the logs go
   */
  record Site(
      String redis, String postgres, String namespace, URI shop, Tempo tempo, Path directory) {}
}
