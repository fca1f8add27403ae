package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.PromoteContract;

final class RedisPromoteContractIT extends PromoteContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
