package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.LifeContract;

final class MemoryLifeContractTest extends LifeContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
