package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.RedriveContract;

final class MemoryRedriveContractTest extends RedriveContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
