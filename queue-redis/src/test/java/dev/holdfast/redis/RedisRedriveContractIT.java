package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.RedriveContract;

final class RedisRedriveContractIT extends RedriveContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
