package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.SuspectContract;

final class RedisSuspectContractIT extends SuspectContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
