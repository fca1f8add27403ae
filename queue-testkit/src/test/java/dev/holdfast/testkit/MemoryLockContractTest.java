package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.LockContract;

final class MemoryLockContractTest extends LockContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
