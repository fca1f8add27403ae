package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.LookContract;

final class MemoryLookContractTest extends LookContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
