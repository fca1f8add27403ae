package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.CancelContract;
import dev.holdfast.testkit.contract.EngineHarness;

final class MemoryCancelContractTest extends CancelContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
