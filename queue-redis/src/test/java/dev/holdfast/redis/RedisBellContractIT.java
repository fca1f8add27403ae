package dev.holdfast.redis;

import dev.holdfast.testkit.contract.BellContract;
import dev.holdfast.testkit.contract.EngineHarness;

final class RedisBellContractIT extends BellContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
