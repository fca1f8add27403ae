package dev.holdfast.redis;

import dev.holdfast.testkit.contract.CancelContract;
import dev.holdfast.testkit.contract.EngineHarness;

final class RedisCancelContractIT extends CancelContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
