package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.DeleteContract;
import dev.holdfast.testkit.contract.EngineHarness;

final class MemoryDeleteContractTest extends DeleteContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
