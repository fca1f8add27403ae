package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineContracts;
import dev.holdfast.testkit.contract.EngineHarness;

/** Every contract on a primary that Sentinels know. */
final class SentinelContractIT extends EngineContracts {
  private static final TopologyHarness.Servers SERVERS = TopologyHarness.Servers.sentinels();

  @Override
  protected EngineHarness open() {
    return SERVERS.harness();
  }
}
