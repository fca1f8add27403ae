package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.OutcomeContract;

final class RedisOutcomeContractIT extends OutcomeContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
