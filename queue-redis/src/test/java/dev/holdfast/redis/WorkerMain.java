package dev.holdfast.redis;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.worker.WorkerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A worker in a process of its own, with short leases. */
public final class WorkerMain {
  /** The reconnect cap that the leases below leave room for. */
  public static final Duration RECONNECT_CAP = Duration.ofMillis(250);

  private WorkerMain() {}

  /** L = 2 s, H = 0.6 s, R = 0.5 s, J = 0.1 s, B = 0.5 s. */
  public static WorkerOptions.Builder shortLeases() {
    return WorkerOptions.builder()
        .lease(Duration.ofSeconds(2))
        .extendPeriod(Duration.ofMillis(600))
        .reapPeriod(Duration.ofMillis(500))
        .reapJitter(Duration.ofMillis(100))
        .blockTime(Duration.ofMillis(500))
        .drainGrace(Duration.ofSeconds(2))
        .interruptGrace(Duration.ofSeconds(1));
  }

  public static RedisOptions options(String uri, String namespace) {
    return RedisOptions.builder(uri).namespace(namespace).reconnectCap(RECONNECT_CAP).build();
  }

  /** Arguments: uri, namespace, queue, concurrency, directory of the history. */
  public static void main(String[] args) throws InterruptedException {
    History history = new History(Path.of(args[4]));
    Holdfast holdfast = Holdfast.on(RedisEngine.connect(options(args[0], args[1])));
    Worker.on(holdfast)
        .handler(new WorkHandler(history))
        .queue(args[2], Integer.parseInt(args[3]))
        .options(shortLeases().build())
        .start();
    history.add("READY", 0, "pid=" + ProcessHandle.current().pid());
    // Until SIGTERM, which closes the worker, or SIGKILL, which does not.
    new CountDownLatch(1).await();
  }
}
