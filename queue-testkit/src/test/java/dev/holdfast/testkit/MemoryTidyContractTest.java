package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.TidyContract;

final class MemoryTidyContractTest extends TidyContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
