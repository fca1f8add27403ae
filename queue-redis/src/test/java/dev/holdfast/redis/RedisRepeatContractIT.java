package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.RepeatContract;

final class RedisRepeatContractIT extends RepeatContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
