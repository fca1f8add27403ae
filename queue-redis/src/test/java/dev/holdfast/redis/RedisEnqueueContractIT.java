package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.EnqueueContract;

final class RedisEnqueueContractIT extends EnqueueContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
