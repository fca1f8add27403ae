package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineContracts;
import dev.holdfast.testkit.contract.EngineHarness;

/** Every contract on one server. */
final class RedisContractIT extends EngineContracts {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
