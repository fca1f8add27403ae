package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.UniquenessContract;

final class RedisUniquenessContractIT extends UniquenessContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
