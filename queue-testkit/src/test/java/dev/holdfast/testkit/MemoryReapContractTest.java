package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.ReapContract;

final class MemoryReapContractTest extends ReapContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
