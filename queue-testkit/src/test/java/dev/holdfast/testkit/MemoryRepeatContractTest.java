package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.RepeatContract;

final class MemoryRepeatContractTest extends RepeatContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
