package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.LookContract;

final class RedisLookContractIT extends LookContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
