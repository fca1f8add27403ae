package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.MoveContract;

final class RedisMoveContractIT extends MoveContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
