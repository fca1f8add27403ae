package dev.holdfast.testkit;

import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.Intake;
import dev.holdfast.spi.Locks;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs;
import dev.holdfast.spi.Ticking;
import dev.holdfast.spi.Topics;
import dev.holdfast.spi.Upkeep;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The engine as a test's own Holdfast sees it: an enqueue may wait until what it set going has been
 * done, and before the engine closes, the test's workers drain.
 */
final class DoorSide implements Engine {
  private final Engine engine;
  private final Runnable afterEnqueue;
  private final Runnable beforeClose;

  DoorSide(Engine engine, Runnable afterEnqueue, Runnable beforeClose) {
    this.engine = engine;
    this.afterEnqueue = afterEnqueue;
    this.beforeClose = beforeClose;
  }

  @Override
  public Intake intake() {
    return this::enqueue;
  }

  private List<CompletableFuture<EnqueueReply>> enqueue(
      QueueRef queue, List<NewJob> jobs, long bound, Duration deadline) {
    List<CompletableFuture<EnqueueReply>> answers =
        engine.intake().enqueue(queue, jobs, bound, deadline);
    afterEnqueue.run();
    return answers;
  }

  @Override
  public Claiming claiming() {
    return engine.claiming();
  }

  @Override
  public Bells openBells(String worker) {
    return engine.openBells(worker);
  }

  @Override
  public Upkeep upkeep() {
    return engine.upkeep();
  }

  @Override
  public Control control() {
    return engine.control();
  }

  @Override
  public Ticking ticking() {
    return engine.ticking();
  }

  @Override
  public Runs runs() {
    return engine.runs();
  }

  @Override
  public Topics topics() {
    return engine.topics();
  }

  @Override
  public Locks locks() {
    return engine.locks();
  }

  @Override
  public Duration reconnectCap() {
    return engine.reconnectCap();
  }

  @Override
  public String describe() {
    return engine.describe();
  }

  @Override
  public void close() {
    try {
      beforeClose.run();
    } finally {
      engine.close();
    }
  }
}
