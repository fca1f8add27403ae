package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.OpenContract;

final class RedisOpenContractIT extends OpenContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
