package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.LeaseContract;

final class RedisLeaseContractIT extends LeaseContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
