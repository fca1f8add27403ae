package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.LaneContract;

final class MemoryLaneContractTest extends LaneContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
