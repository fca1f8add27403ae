package dev.holdfast.redis;

import dev.holdfast.testkit.contract.BellContract;
import dev.holdfast.testkit.contract.ClaimContract;
import dev.holdfast.testkit.contract.ControlContract;
import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.EnqueueContract;
import dev.holdfast.testkit.contract.LeaseContract;
import dev.holdfast.testkit.contract.LifeContract;
import dev.holdfast.testkit.contract.LookContract;
import dev.holdfast.testkit.contract.NoteContract;
import dev.holdfast.testkit.contract.OutcomeContract;
import dev.holdfast.testkit.contract.ReapContract;
import org.junit.jupiter.api.Nested;

/** Every contract on a Cluster of three primaries, with the queues spread over them. */
final class ClusterContractIT {
  private static final TopologyHarness.Servers SERVERS = TopologyHarness.Servers.cluster();

  @Nested
  final class Enqueue extends EnqueueContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }

  @Nested
  final class Claim extends ClaimContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }

  @Nested
  final class Lease extends LeaseContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }

  @Nested
  final class Outcome extends OutcomeContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }

  @Nested
  final class Life extends LifeContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }

  @Nested
  final class Note extends NoteContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }

  @Nested
  final class Reap extends ReapContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }

  @Nested
  final class Control extends ControlContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }

  @Nested
  final class Look extends LookContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }

  @Nested
  final class Bell extends BellContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }
}
