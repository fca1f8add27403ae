package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.LifeContract;

final class RedisLifeContractIT extends LifeContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
