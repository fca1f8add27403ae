package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.LostClaimContract;

final class RedisLostClaimContractIT extends LostClaimContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
