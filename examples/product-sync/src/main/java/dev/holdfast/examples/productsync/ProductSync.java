package dev.holdfast.examples.productsync;

import dev.holdfast.Holdfast;
import dev.holdfast.examples.productsync.ShopServer.Catalogue;
import dev.holdfast.examples.productsync.SyncWorker.Site;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.RedisOptions;
import dev.holdfast.testkit.redis.RedisServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Copies 200,000 products from an API with a rate limit, on a real Redis and a real PostgreSQL that
 * it starts itself.
 *
 * <p>Run it with {@code mvn -q compile exec:java -pl examples/product-sync -am}; add {@code
 * -Dexec.args=--help} for the options.
 */
public final class ProductSync {
  /** Names the log file to {@code logback.xml}. */
  static final String LOG_PROPERTY = "productsync.log";

  private final Arguments arguments;
  private final PrintStream out;

  private ProductSync(Arguments arguments, PrintStream out) {
    this.arguments = arguments;
    this.out = out;
  }

  /** Runs it; ends the JVM with another code than 0 if anything is not as it must be. */
  public static void main(String[] args) {
    int code = run(List.of(args), System.out);
    if (code != 0) {
      System.exit(code);
    }
  }

  /** Runs it and returns the exit code. */
  static int run(List<String> args, PrintStream out) {
    Arguments arguments;
    try {
      arguments = Arguments.parse(args);
    } catch (IllegalArgumentException e) {
      out.println(e.getMessage());
      out.println();
      out.print(Arguments.USAGE);
      return 2;
    }
    if (arguments.help()) {
      out.print(Arguments.USAGE);
      return 0;
    }
    return new ProductSync(arguments, out).run();
  }

  /** Opens the queues. The namespace keeps them apart from all else on that server. */
  static Holdfast connect(String url, String namespace) {
    return Holdfast.on(RedisEngine.connect(RedisOptions.builder(url).namespace(namespace).build()));
  }

  private int run() {
    Path directory;
    try {
      directory = Files.createDirectories(directory());
    } catch (IOException e) {
      out.println("The directory for the logs cannot be made: " + e);
      return 1;
    }
    System.setProperty(LOG_PROPERTY, directory.resolve("main.log").toString());
    try {
      return run(directory);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    } catch (IOException | SQLException | RuntimeException e) {
      LoggerFactory.getLogger(ProductSync.class).error("The run failed", e);
      out.printf("%nThe run failed: %s%nDetails: %s%n", e.getMessage(), directory);
      return 1;
    }
  }

  private int run(Path directory) throws IOException, SQLException, InterruptedException {
    long started = System.nanoTime();
    // A name of its own: the keys of an earlier run would answer "these pages have their jobs".
    String namespace = "product-sync-" + UUID.randomUUID().toString().substring(0, 8);
    Outcome outcome;
    // The shop first: its JVM comes up while the others do.
    try (ChildJvm shop = shop(directory);
        RedisServer redis = arguments.redis() == null ? RedisServer.start() : null;
        Postgres postgres = arguments.postgres() == null ? Postgres.start() : null) {
      Site site =
          new Site(
              redis == null ? String.valueOf(arguments.redis()) : redis.uri(),
              postgres == null ? String.valueOf(arguments.postgres()) : postgres.url(),
              namespace,
              URI.create(shop.awaitReady()),
              arguments.tempo(),
              directory);
      tell(redis, postgres, shop, namespace);
      outcome = run(site, postgres == null);
    }
    out.println();
    outcome.print(Duration.ofNanos(System.nanoTime() - started), out);
    List<String> faults = outcome.faults();
    faults.forEach(fault -> out.println("WRONG: " + fault));
    return faults.isEmpty() ? 0 : 1;
  }

  private ChildJvm shop(Path directory) throws IOException {
    Catalogue catalogue = arguments.catalogue();
    return ChildJvm.start(
        "shop",
        ShopServer.class,
        directory,
        Map.of(),
        String.valueOf(catalogue.products()),
        String.valueOf(catalogue.pageSize()),
        String.valueOf(arguments.tempo().speed()));
  }

  private void tell(
      @Nullable RedisServer redis, @Nullable Postgres postgres, ChildJvm shop, String namespace) {
    Catalogue catalogue = arguments.catalogue();
    out.printf(
        "The shop runs as process %d: %,d products on %d pages, %d requests a minute.%n",
        shop.pid(), catalogue.products(), catalogue.pages(), ShopServer.PER_MINUTE);
    out.printf(
        "Its minute lasts %.1f s here (--speed %d).%n",
        arguments.tempo().real(Duration.ofMinutes(1)).toMillis() / 1e3, arguments.tempo().speed());
    if (postgres != null) {
      out.printf("Started PostgreSQL on port %d.%n", postgres.port());
    }
    if (redis != null) {
      out.printf("Started %s.%n", redis.origin());
    } else {
      out.printf("The keys of this run begin with %s; they stay when it ends.%n", namespace);
    }
  }

  private Outcome run(Site site, boolean dropTable)
      throws IOException, SQLException, InterruptedException {
    try (ProductTable products = ProductTable.open(site.postgres(), site.namespace(), 1);
        Holdfast holdfast = connect(site.redis(), site.namespace())) {
      products.create();
      try {
        return new SyncRun(holdfast, products, site, out).run(arguments.catalogue());
      } finally {
        if (dropTable) {
          products.drop();
        }
      }
    }
  }

  private Path directory() throws IOException {
    Path given = arguments.logs();
    if (given != null) {
      return given;
    }
    CodeSource classes = ProductSync.class.getProtectionDomain().getCodeSource();
    if (classes != null) {
      Path build = Path.of(URI.create(classes.getLocation().toString())).getParent();
      if (build != null && build.endsWith("target")) {
        return build.resolve("product-sync");
      }
    }
    return Files.createTempDirectory("holdfast-product-sync-");
  }
}
