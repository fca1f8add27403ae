package dev.holdfast.testkit;

import dev.holdfast.testkit.contract.EngineContracts;
import dev.holdfast.testkit.contract.EngineHarness;

/** Every contract on the engine in memory. */
final class InMemoryContractTest extends EngineContracts {
  @Override
  protected EngineHarness open() {
    return new MemoryHarness();
  }
}
