package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.LostClaimContract;

final class MemoryLostClaimContractTest extends LostClaimContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
