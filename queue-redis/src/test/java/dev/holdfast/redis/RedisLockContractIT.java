package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.LockContract;

final class RedisLockContractIT extends LockContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
