package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.OpenContract;

final class MemoryOpenContractTest extends OpenContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
