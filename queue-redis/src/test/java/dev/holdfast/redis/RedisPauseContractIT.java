package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.PauseContract;

final class RedisPauseContractIT extends PauseContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
