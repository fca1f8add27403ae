package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.SuspectContract;

final class MemorySuspectContractTest extends SuspectContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
