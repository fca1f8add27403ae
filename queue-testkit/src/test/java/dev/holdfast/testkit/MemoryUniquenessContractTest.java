package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.UniquenessContract;

final class MemoryUniquenessContractTest extends UniquenessContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
