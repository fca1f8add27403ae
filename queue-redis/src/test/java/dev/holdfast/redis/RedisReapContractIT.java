package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.ReapContract;

final class RedisReapContractIT extends ReapContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
