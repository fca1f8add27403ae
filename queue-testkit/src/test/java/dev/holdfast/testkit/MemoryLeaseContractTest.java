package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.LeaseContract;

final class MemoryLeaseContractTest extends LeaseContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
