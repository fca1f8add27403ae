package dev.holdfast.redis;

import dev.holdfast.testkit.contract.BellContract;
import dev.holdfast.testkit.contract.CancelContract;
import dev.holdfast.testkit.contract.ClaimContract;
import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.EnqueueContract;
import dev.holdfast.testkit.contract.LeaseContract;
import dev.holdfast.testkit.contract.LockContract;
import dev.holdfast.testkit.contract.OpenContract;
import dev.holdfast.testkit.contract.OutcomeContract;
import dev.holdfast.testkit.contract.ReapContract;
import dev.holdfast.testkit.contract.RepeatContract;
import dev.holdfast.testkit.contract.ScheduleContract;
import org.junit.jupiter.api.Nested;

/**
 * The contracts that use every kind of connection, on a primary that Sentinels know. Once it is
 * found it is a server like any other, so what scripts do is tried out on that: in {@link
 * RedisContractIT}. Failovers are the subject of {@link TopologyIT} and of the fault matrix.
 */
final class SentinelContractIT {
  private static final TopologyHarness.Servers SERVERS = TopologyHarness.Servers.sentinels();

  @Nested
  final class Open extends OpenContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }

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
  final class Outcome extends OutcomeContract {
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
  final class Reap extends ReapContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }

  @Nested
  final class Repeat extends RepeatContract {
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

  @Nested
  final class Cancel extends CancelContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }

  @Nested
  final class Schedule extends ScheduleContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }

  @Nested
  final class Lock extends LockContract {
    @Override
    protected EngineHarness open() {
      return SERVERS.harness();
    }
  }
}
