package dev.holdfast.testkit;

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

/** An engine for another door, which leaves it open when it closes. */
record Borrowed(Engine engine) implements Engine {
  @Override
  public Intake intake() {
    return engine.intake();
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
  public void close() {}
}
