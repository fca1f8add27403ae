package dev.holdfast.testkit;

import dev.holdfast.lock.LockKeeper;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.lock.NamedLock;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Intake;
import dev.holdfast.spi.Locks;
import dev.holdfast.spi.Runs;
import dev.holdfast.spi.Ticking;
import dev.holdfast.spi.Topics;
import dev.holdfast.spi.Upkeep;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Queues in memory, for tests: the promises of the Redis engine without a server. What is stored
 * lives as long as the engine object, and only in this process.
 *
 * <p>Safe for use by many threads; every act on a queue is atomic. The same acts in the same order
 * give the same replies, tokens included.
 *
 * <p>A worker runs on it as on any engine. On the system's clock ({@link #create()}) its waits are
 * real; on a {@link ManualTime} ({@link #on(ManualTime)}) delays, retries and leases wait for the
 * test to move the clock, and a move wakes workers whose jobs are due. {@link #letPass} moves it
 * from one due time to the next.
 */
public final class InMemoryEngine implements Engine {
  private final MemoryStore store;
  private final MemoryIntake intake;
  private final MemoryClaiming claiming;
  private final MemoryReaping reaping;
  private final MemoryControl control;
  private final MemoryTicking ticking;
  private final MemoryRuns runs;
  private final MemoryTopics topics;
  private final MemoryLocks locks;
  private final LockKeeper lockKeeper;
  private final @Nullable ManualTime time;
  private final Runnable onMove;

  private InMemoryEngine(InstantSource clock, @Nullable ManualTime time) {
    this.store = new MemoryStore(clock);
    CancelListeners listeners = new CancelListeners();
    this.intake = new MemoryIntake(store);
    this.claiming = new MemoryClaiming(store, listeners);
    this.reaping = new MemoryReaping(store);
    this.control = new MemoryControl(store, listeners);
    this.ticking = new MemoryTicking(store);
    this.runs = new MemoryRuns(store);
    this.topics = new MemoryTopics(store);
    this.locks = new MemoryLocks(store, clock);
    this.time = time;
    this.lockKeeper =
        time == null ? new LockKeeper(locks) : new LockKeeper(locks, time::nanosSinceStart);
    this.onMove =
        () -> {
          store.ringWhereDue();
          lockKeeper.timeMoved();
        };
    if (time != null) {
      time.onMove(onMove);
    }
  }

  /** Empty queues, judged by the system's clock. */
  public static InMemoryEngine create() {
    return new InMemoryEngine(InstantSource.system(), null);
  }

  /** Empty queues, judged by a clock that the test moves. */
  public static InMemoryEngine on(ManualTime time) {
    return new InMemoryEngine(time, time);
  }

  /**
   * Lets time pass as workers see it: again and again waits until no job is held, ready or due, and
   * moves the clock on to the next due time, until the duration is over and all is quiet. A week of
   * retries takes as long as the handlers do. What a worker held that {@link
   * TestWorkers#crashAfter} made die is reaped by another one meanwhile, once its lease has ended
   * and a reap is due.
   *
   * <p>Workers must serve the queues meanwhile; paused queues are left out. Time stands still while
   * a job is held, but not for a thread of the test that is about to enqueue.
   *
   * @param time how much, not negative
   * @throws IllegalStateException if the engine is not on a {@link ManualTime}, if work is not done
   *     within 10 s of real time (the message names the queue), or if the thread is interrupted
   */
  public void letPass(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("time to pass is " + time + "; it must not be negative");
    }
    passingTime().pass(time);
  }

  /**
   * What lets its time pass.
   *
   * @throws IllegalStateException if the engine is not on a {@link ManualTime}
   */
  PassingTime passingTime() {
    ManualTime manual = this.time;
    if (manual == null) {
      throw new IllegalStateException(
          "the engine is on the system's clock, which passes by itself; use InMemoryEngine.on(…)");
    }
    return new PassingTime(store, reaping, manual);
  }

  @Override
  public Intake intake() {
    return intake;
  }

  @Override
  public Claiming claiming() {
    return claiming;
  }

  @Override
  public Bells openBells(String worker) {
    return new MemoryBells(store);
  }

  @Override
  public Upkeep upkeep() {
    return reaping;
  }

  @Override
  public Control control() {
    return control;
  }

  @Override
  public Ticking ticking() {
    return ticking;
  }

  @Override
  public Runs runs() {
    return runs;
  }

  @Override
  public Topics topics() {
    return topics;
  }

  @Override
  public Locks locks() {
    return locks;
  }

  /**
   * A lock by its name, with {@link LockOptions#defaults()}.
   *
   * @throws dev.holdfast.job.InvalidNameException if the name is none
   */
  public NamedLock lock(String name) {
    return lock(name, LockOptions.defaults());
  }

  /**
   * As {@link #lock(String)}, with options. On a {@link ManualTime} leases and {@code maxHold} are
   * judged by it: a move of it extends the leases of holders, or, if it is longer than the lease,
   * their locks are lost as by a process that was paused. How long a caller waits for a lock is
   * real time.
   */
  public NamedLock lock(String name, LockOptions options) {
    return lockKeeper.lock(name, options);
  }

  /** Zero: there is nothing to reconnect to. */
  @Override
  public Duration reconnectCap() {
    return Duration.ZERO;
  }

  @Override
  public String describe() {
    return time == null ? "memory" : "memory, " + time;
  }

  /** Ends all waiting at bells; every later act is refused as unavailable. Idempotent. */
  @Override
  public void close() {
    if (time != null) {
      time.forget(onMove);
    }
    lockKeeper.close();
    store.close();
  }

  /** What is stored, for tests of the engine itself. */
  MemoryStore store() {
    return store;
  }
}
