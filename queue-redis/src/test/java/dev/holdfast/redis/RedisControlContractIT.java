package dev.holdfast.redis;

import dev.holdfast.testkit.contract.ControlContract;
import dev.holdfast.testkit.contract.EngineHarness;

final class RedisControlContractIT extends ControlContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
