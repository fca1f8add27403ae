package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.BellContract;
import dev.holdfast.testkit.contract.EngineHarness;

final class MemoryBellContractTest extends BellContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
