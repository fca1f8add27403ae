package dev.holdfast.examples.quickstart;

import dev.holdfast.Holdfast;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.RedisOptions;
import dev.holdfast.testkit.redis.RedisServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.slf4j.LoggerFactory;

/**
 * Renders the invoices of 200 orders, one job per order, on a real Redis that it starts itself.
 *
 * <p>Run it with {@code mvn -q compile exec:java -pl examples/quickstart -am}; add {@code
 * -Dexec.args=--help} for the options.
 */
public final class Quickstart {
  /** Names the log file to {@code logback.xml}. */
  static final String LOG_PROPERTY = "quickstart.log";

  private final Arguments arguments;
  private final PrintStream out;

  private Quickstart(Arguments arguments, PrintStream out) {
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
    return new Quickstart(arguments, out).run();
  }

  /** Opens the shop's queues. The namespace keeps them apart from all else on that server. */
  static Holdfast connect(String url, String namespace) {
    return Holdfast.on(RedisEngine.connect(RedisOptions.builder(url).namespace(namespace).build()));
  }

  private int run() {
    Path directory;
    try {
      directory = Files.createDirectories(directory());
    } catch (IOException e) {
      out.println("The directory for the invoices cannot be made: " + e);
      return 1;
    }
    Path log = directory.resolve("quickstart.log");
    System.setProperty(LOG_PROPERTY, log.toString());
    try {
      return run(directory);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    } catch (IOException | RuntimeException e) {
      LoggerFactory.getLogger(Quickstart.class).error("The quickstart failed", e);
      out.printf("%nThe quickstart failed: %s%nDetails: %s%n", e.getMessage(), log);
      return 1;
    }
  }

  private int run(Path directory) throws IOException, InterruptedException {
    long started = System.nanoTime();
    Orders orders = Orders.bundled();
    out.printf("%d orders read.%n", orders.valid().size());
    orders
        .rejected()
        .forEach(row -> out.printf("Line %d skipped: %s.%n", row.line(), row.reason()));

    Outcome outcome;
    if (arguments.redis() != null) {
      outcome = run(orders, arguments.redis(), directory);
    } else {
      try (RedisServer server = RedisServer.start()) {
        out.printf("Started %s.%n", server.origin());
        outcome = run(orders, server.uri(), directory);
      }
    }

    out.println();
    outcome.print(Duration.ofNanos(System.nanoTime() - started), arguments.crash(), out);
    out.printf("%nThe invoices: %s%n", directory);
    List<String> faults = outcome.faults(arguments.crash());
    faults.forEach(fault -> out.println("WRONG: " + fault));
    return faults.isEmpty() ? 0 : 1;
  }

  private Outcome run(Orders orders, String url, Path directory)
      throws IOException, InterruptedException {
    // A namespace of its own: the keys of an earlier run would answer "this order has a job".
    String namespace = "quickstart-" + UUID.randomUUID().toString().substring(0, 8);
    try (Holdfast holdfast = connect(url, namespace)) {
      if (arguments.redis() != null) {
        out.printf("The keys of this run begin with %s; they stay when it ends.%n", namespace);
      }
      InvoiceRun run = new InvoiceRun(holdfast, orders, directory, out);
      return arguments.crash() ? run.withWorkerKilled(url, namespace) : run.withWorkerInside();
    }
  }

  private Path directory() throws IOException {
    if (arguments.out() != null) {
      return arguments.out();
    }
    CodeSource classes = Quickstart.class.getProtectionDomain().getCodeSource();
    if (classes != null) {
      Path build = Path.of(URI.create(classes.getLocation().toString())).getParent();
      if (build != null && build.endsWith("target")) {
        return build.resolve("invoices");
      }
    }
    return Files.createTempDirectory("holdfast-invoices-");
  }
}
