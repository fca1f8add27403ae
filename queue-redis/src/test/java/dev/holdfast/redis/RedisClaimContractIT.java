package dev.holdfast.redis;

import dev.holdfast.testkit.contract.ClaimContract;
import dev.holdfast.testkit.contract.EngineHarness;

final class RedisClaimContractIT extends ClaimContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
