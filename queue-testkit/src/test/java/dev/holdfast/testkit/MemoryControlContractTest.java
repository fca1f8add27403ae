package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.ControlContract;
import dev.holdfast.testkit.contract.EngineHarness;

final class MemoryControlContractTest extends ControlContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
