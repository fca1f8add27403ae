package dev.holdfast.testkit;

import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Intake;
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
 * test to move the clock, and a move wakes workers whose jobs are due.
 */
public final class InMemoryEngine implements Engine {
  private final MemoryStore store;
  private final MemoryIntake intake;
  private final MemoryClaiming claiming;
  private final MemoryReaping reaping;
  private final MemoryControl control;
  private final @Nullable ManualTime time;
  private final Runnable wakeDue;

  private InMemoryEngine(InstantSource clock, @Nullable ManualTime time) {
    this.store = new MemoryStore(clock);
    CancelListeners listeners = new CancelListeners();
    this.intake = new MemoryIntake(store);
    this.claiming = new MemoryClaiming(store, listeners);
    this.reaping = new MemoryReaping(store);
    this.control = new MemoryControl(store, listeners);
    this.time = time;
    this.wakeDue = store::ringWhereDue;
    if (time != null) {
      time.onMove(wakeDue);
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
      time.forget(wakeDue);
    }
    store.close();
  }

  /** What is stored, for tests of the engine itself. */
  MemoryStore store() {
    return store;
  }
}
