package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineContracts;
import dev.holdfast.testkit.contract.EngineHarness;

/** Every contract on a Cluster of three primaries, with the queues spread over them. */
final class ClusterContractIT extends EngineContracts {
  private static final TopologyHarness.Servers SERVERS = TopologyHarness.Servers.cluster();

  @Override
  protected EngineHarness open() {
    return SERVERS.harness();
  }
}
