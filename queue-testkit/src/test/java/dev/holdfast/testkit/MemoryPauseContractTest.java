package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.PauseContract;

final class MemoryPauseContractTest extends PauseContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
