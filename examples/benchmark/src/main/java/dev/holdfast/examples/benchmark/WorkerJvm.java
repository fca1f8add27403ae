package dev.holdfast.examples.benchmark;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A worker in a JVM of its own. Its {@link #main} is what runs there: it tells on standard output
 * how many jobs it has handled, and at the end which.
 */
final class WorkerJvm implements AutoCloseable {
  private static final String HEAP = "256m";
  private static final String READY = "ready";
  private static final String COUNT = "count ";
  private static final String TIMES = "times ";
  private static final long TOLD_EVERY = TimeUnit.MILLISECONDS.toNanos(2);

  private final Process process;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<byte[]> times = new CompletableFuture<>();
  private volatile int count;

  private WorkerJvm(Process process) {
    this.process = process;
    Thread reader = new Thread(this::read, "benchmark-worker-output-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /** Runs a worker until standard input ends. */
  public static void main(String[] args) throws IOException, InterruptedException {
    String url = Objects.requireNonNull(System.getenv(Benchmark.REDIS_URL), Benchmark.REDIS_URL);
    int slots = Integer.parseInt(args[1]);
    Receiver receiver = new Receiver();
    Deliveries deliveries = receiver.count(new Deliveries(Integer.parseInt(args[2])));
    try (Holdfast holdfast = Rig.connect(url, args[0], true);
        Worker ignored = receiver.start(holdfast, slots)) {
      System.out.println(READY);
      Thread teller = new Thread(() -> tell(deliveries), "benchmark-teller");
      teller.setDaemon(true);
      teller.start();
      while (System.in.read() >= 0) {
        // Nothing is ever written there.
      }
      teller.interrupt();
      teller.join();
    }
    System.out.println(TIMES + Base64.getEncoder().encodeToString(deliveries.times()));
  }

  private static void tell(Deliveries deliveries) {
    int told = 0;
    try {
      while (true) {
        Pace.roughlyUntil(System.nanoTime() + TOLD_EVERY);
        int now = deliveries.count();
        if (now != told) {
          told = now;
          System.out.println(COUNT + now);
        }
      }
    } catch (InterruptedException e) {
      // Standard input has ended.
    }
  }

  /**
   * Starts one; it may take a second until it is {@link #awaitReady ready}.
   *
   * @param which what its log is named for
   */
  static WorkerJvm start(Rig rig, int which, int slots, int jobs) throws IOException {
    ProcessBuilder builder =
        Jvm.prepare(
            HEAP,
            Benchmark.target().resolve("benchmark-worker-" + which + ".log"),
            WorkerJvm.class,
            List.of(rig.namespace(), Integer.toString(slots), Integer.toString(jobs)));
    builder.environment().put(Benchmark.REDIS_URL, rig.url());
    return new WorkerJvm(builder.redirectError(Redirect.INHERIT).start());
  }

  void awaitReady() throws Exception {
    ready.get(Backlog.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** How many jobs it has handled, as of some 2 ms ago. */
  int count() {
    return count;
  }

  /** Processor time so far, as the system tells it. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Ends it, and adds what it handled to the deliveries. */
  void endInto(Deliveries deliveries) throws Exception {
    process.getOutputStream().close();
    byte[] counted = times.get(Backlog.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    for (int number = 0; number < counted.length; number++) {
      for (int i = 0; i < counted[number]; i++) {
        deliveries.handled(number);
      }
    }
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(READY)) {
          ready.complete(null);
        } else if (line.startsWith(COUNT)) {
          count = Integer.parseInt(line.substring(COUNT.length()));
        } else if (line.startsWith(TIMES)) {
          times.complete(Base64.getDecoder().decode(line.substring(TIMES.length())));
        }
      }
      throw new IOException("the worker process has ended");
    } catch (IOException e) {
      ready.completeExceptionally(e);
      times.completeExceptionally(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
