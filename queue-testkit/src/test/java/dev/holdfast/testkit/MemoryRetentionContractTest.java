package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.RetentionContract;

final class MemoryRetentionContractTest extends RetentionContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
