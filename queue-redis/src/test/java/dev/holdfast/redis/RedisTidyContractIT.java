package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.TidyContract;

final class RedisTidyContractIT extends TidyContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
