package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.RetentionContract;

final class RedisRetentionContractIT extends RetentionContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
