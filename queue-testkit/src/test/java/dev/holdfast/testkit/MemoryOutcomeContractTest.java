package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.OutcomeContract;

final class MemoryOutcomeContractTest extends OutcomeContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
