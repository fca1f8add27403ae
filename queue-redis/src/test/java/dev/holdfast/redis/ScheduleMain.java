package dev.holdfast.redis;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.JobType;
import dev.holdfast.job.ScheduleTick;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A worker in a process of its own that fires ticks and notes their jobs, with short leases. */
public final class ScheduleMain {
  private ScheduleMain() {}

  /** What the schedules enqueue. */
  @JobType(value = "beat", queue = "beats")
  public record Beat(String of) {}

  /** Arguments: uri, namespace, directory of the history. */
  public static void main(String[] args) throws InterruptedException {
    History history = new History(Path.of(args[2]));
    Holdfast holdfast = Holdfast.on(RedisEngine.connect(WorkerMain.options(args[0], args[1])));
    Worker worker =
        Worker.on(holdfast)
            .handler(
                Beat.class,
                (beat, context) -> {
                  ScheduleTick tick = context.tick().orElseThrow();
                  history.add(
                      "TICK",
                      0,
                      tick.schedule()
                          + " "
                          + tick.nominal().getEpochSecond()
                          + " "
                          + context.id().key()
                          + " "
                          + tick.missed());
                })
            .queue("beats", 20)
            .options(WorkerMain.shortLeases().build())
            .start();
    history.add("READY", 0, "pid=" + ProcessHandle.current().pid() + " " + worker.name());
    // Until SIGTERM, which closes the worker, or SIGKILL, which does not.
    new CountDownLatch(1).await();
  }
}
