package dev.holdfast.redis;

import dev.holdfast.testkit.contract.DeleteContract;
import dev.holdfast.testkit.contract.EngineHarness;

final class RedisDeleteContractIT extends DeleteContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
