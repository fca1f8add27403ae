package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.LaneContract;

final class RedisLaneContractIT extends LaneContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
