package dev.holdfast.redis;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.spi.Meters;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** A worker of flows, subscribers and batches in a process of its own, with short leases. */
public final class FlowMain {
  private static final int LEADING_ARGUMENTS = 4;

  private FlowMain() {}

  /**
   * Arguments: uri, namespace, queues with their slots, such as {@code work=20,other=4}, directory
   * of the history, and any number of {@link WorkerSettings}. The subscribers are there if their
   * queues are read.
   */
  public static void main(String[] args) throws InterruptedException {
    History history = new History(Path.of(args[3]));
    WorkerSettings settings =
        WorkerSettings.of(Arrays.asList(args).subList(LEADING_ARGUMENTS, args.length));
    Witness witness = new Witness(history);
    Holdfast holdfast =
        Holdfast.on(
            RedisEngine.connect(
                WorkerMain.options(
                    args[0], args[1], settings.commandTimeout(), settings.reconnectCap())),
            HoldfastOptions.builder().meters(settings.witness() ? witness : Meters.NONE).build());
    Worker.Builder builder =
        Worker.on(holdfast)
            .handler(new WorkHandler(history))
            .flow(new TripFlow(history))
            .flow(Wish.class, Wish.flow())
            .flow(Sleeper.class, Sleeper.flow())
            .options(settings.worker());
    if (args[2].contains("heard")) {
      Heard.all(history).forEach(builder::handler);
    }
    for (String queue : args[2].split(",", -1)) {
      String[] parts = queue.split("=", 2);
      builder.queue(parts[0], Integer.parseInt(parts[1]));
    }
    Worker worker = builder.start();
    if (settings.witness()) {
      witness.watch(worker);
    }
    history.add("READY", 0, "pid=" + ProcessHandle.current().pid() + " ");
    // Until SIGTERM, which closes the worker, or SIGKILL, which does not.
    new CountDownLatch(1).await();
  }
}
