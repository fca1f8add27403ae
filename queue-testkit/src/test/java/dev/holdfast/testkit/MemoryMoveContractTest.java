package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.MoveContract;

final class MemoryMoveContractTest extends MoveContract {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
