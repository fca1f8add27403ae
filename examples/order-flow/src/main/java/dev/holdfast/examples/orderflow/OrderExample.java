package dev.holdfast.examples.orderflow;

import dev.holdfast.Holdfast;
import dev.holdfast.examples.orderflow.OrderWorker.Site;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.RedisOptions;
import dev.holdfast.testkit.redis.RedisServer;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Five orders go their ways, for a week that lasts seconds here, on a real Redis, a real
 * PostgreSQL, an SMTP server and a payment service that it starts itself.
 *
 * <p>Run it with {@code mvn -q compile exec:java -pl examples/order-flow -am}; add {@code
 * -Dexec.args=--help} for the options.
 */
public final class OrderExample {
  /** Names the log file to {@code logback.xml}. */
  static final String LOG_PROPERTY = "orderflow.log";

  private final Arguments arguments;
  private final PrintStream out;

  private OrderExample(Arguments arguments, PrintStream out) {
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
    return new OrderExample(arguments, out).run();
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
    } catch (IOException | SQLException | MessagingException | RuntimeException e) {
      LoggerFactory.getLogger(OrderExample.class).error("The run failed", e);
      out.printf("%nThe run failed: %s%nDetails: %s%n", e.getMessage(), directory);
      return 1;
    }
  }

  private int run(Path directory)
      throws IOException, SQLException, MessagingException, InterruptedException {
    long started = System.nanoTime();
    // A name of its own: the keys of an earlier run would answer "these orders are placed".
    String namespace = "order-flow-" + UUID.randomUUID().toString().substring(0, 8);
    Outcome outcome;
    // The payment service first: its JVM comes up while the others do.
    try (ChildJvm payments = ChildJvm.start("payments", PaymentServer.class, directory, Map.of());
        MailServer mail = MailServer.start();
        RedisServer redis = arguments.redis() == null ? RedisServer.start() : null;
        Postgres postgres = arguments.postgres() == null ? Postgres.start() : null) {
      Site site =
          new Site(
              redis == null ? String.valueOf(arguments.redis()) : redis.uri(),
              postgres == null ? String.valueOf(arguments.postgres()) : postgres.url(),
              mail.port(),
              URI.create(payments.awaitReady()),
              namespace,
              arguments.days(),
              arguments.crash(),
              directory);
      tell(redis, postgres, site);
      outcome = run(site, mail, postgres == null);
    }
    out.println();
    outcome.print(Duration.ofNanos(System.nanoTime() - started), out);
    return outcome.isRight() ? 0 : 1;
  }

  private void tell(@Nullable RedisServer redis, @Nullable Postgres postgres, Site site) {
    out.printf("Started a payment service on port %d.%n", site.payments().getPort());
    out.printf("Started an SMTP server on port %d.%n", site.smtpPort());
    if (postgres != null) {
      out.printf("Started PostgreSQL on port %d.%n", postgres.port());
    }
    if (redis != null) {
      out.printf("Started %s.%n", redis.origin());
    } else {
      out.printf("The keys of this run begin with %s; they stay when it ends.%n", site.namespace());
    }
    out.printf(
        Locale.ROOT,
        "A day lasts %.1f s here (--days-as %s).%n%n",
        site.days().one().toMillis() / 1e3,
        site.days().one());
  }

  private Outcome run(Site site, MailServer mail, boolean dropSchema)
      throws IOException, SQLException, MessagingException, InterruptedException {
    try (Database database = Database.open(site.postgres(), site.namespace(), 2);
        Holdfast holdfast = connect(site.redis(), site.namespace())) {
      database.create();
      try {
        return new OrderRun(holdfast, database, mail, site, out).run();
      } finally {
        if (dropSchema) {
          database.drop();
        }
      }
    }
  }

  private Path directory() throws IOException {
    Path given = arguments.logs();
    if (given != null) {
      return given;
    }
    CodeSource classes = OrderExample.class.getProtectionDomain().getCodeSource();
    if (classes != null) {
      Path build = Path.of(URI.create(classes.getLocation().toString())).getParent();
      if (build != null && build.endsWith("target")) {
        return build.resolve("order-flow");
      }
    }
    return Files.createTempDirectory("holdfast-order-flow-");
  }
}
