package dev.holdfast.redis;

import dev.holdfast.lock.HeldLock;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.testkit.redis.RespClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A user of locks in a process of its own: it contends for one, or takes it and keeps it. */
final class LockMain {
  static final Duration LEASE = Duration.ofSeconds(1);

  private LockMain() {}

  /** Arguments: uri, namespace, lock, directory of the history, "contend" or "hold". */
  public static void main(String[] args) throws InterruptedException {
    History history = new History(Path.of(args[3]));
    FencedFile file = new FencedFile(Path.of(args[3]));
    try (RedisEngine engine = RedisEngine.connect(WorkerMain.options(args[0], args[1]));
        RespClient redis = RespClient.connect(args[0])) {
      RedisLock lock = engine.lock(args[2], LockOptions.defaults().withLease(LEASE));
      if (args[4].equals("contend")) {
        contend(lock, history, file, redis);
      } else {
        hold(lock, history, file);
      }
    }
  }

  private static void contend(RedisLock lock, History history, FencedFile file, RespClient redis)
      throws InterruptedException {
    long pid = ProcessHandle.current().pid();
    history.add("READY", 0, "");
    while (!history.gateIsOpen(1)) {
      Thread.onSpinWait();
    }
    while (!history.gateIsOpen(2)) {
      Optional<HeldLock> taken = lock.tryLock(Duration.ofMillis(200));
      if (taken.isPresent()) {
        try (HeldLock held = taken.get()) {
          long from = micros(redis);
          boolean accepted = file.write(held.token());
          file.count();
          long to = micros(redis);
          history.add(
              "SECTION", 0, held.token() + " " + from + " " + to + " " + accepted + " " + pid);
        }
      }
    }
    history.add("END", 0, "");
  }

  private static long micros(RespClient redis) {
    List<?> time = (List<?>) redis.command("TIME");
    return Long.parseLong(String.valueOf(time.get(0))) * 1_000_000
        + Long.parseLong(String.valueOf(time.get(1)));
  }

  /** Reports the loss of its lock, with the wall clock in ms; then writes, and closes. */
  private static void hold(RedisLock lock, History history, FencedFile file)
      throws InterruptedException {
    HeldLock held = lock.lock(Duration.ofSeconds(10));
    CountDownLatch lost = new CountDownLatch(1);
    held.onLost(
        () -> {
          history.add("LOST", 0, Long.toString(System.currentTimeMillis()));
          lost.countDown();
        });
    file.write(held.token());
    history.add("HELD", 0, Long.toString(held.token()));
    lost.await();
    history.add("WRITE", 0, "accepted=" + file.write(held.token()) + " held=" + held.isHeld());
    history.add("CLOSED", 0, "freed=" + held.unlock());
  }
}
