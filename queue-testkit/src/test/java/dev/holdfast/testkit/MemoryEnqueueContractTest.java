package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.EnqueueContract;

final class MemoryEnqueueContractTest extends EnqueueContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
