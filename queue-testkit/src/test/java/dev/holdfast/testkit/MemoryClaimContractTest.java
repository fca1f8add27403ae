package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.ClaimContract;
import dev.holdfast.testkit.contract.EngineHarness;

final class MemoryClaimContractTest extends ClaimContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
