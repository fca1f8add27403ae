package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.PromoteContract;

final class MemoryPromoteContractTest extends PromoteContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
