package dev.holdfast.testkit.contract;

import org.junit.jupiter.api.Nested;

/**
 * Every contract there is, for one engine: a test class that extends this and opens a harness runs
 * them all, those of later versions, too.
 *
 * <pre>{@code
 * final class MyEngineContractIT extends EngineContracts {
 *   protected EngineHarness open() {
 *     return new MyEngineHarness();
 *   }
 * }
 * }</pre>
 */
public abstract class EngineContracts {
  /** Creates the suite. */
  protected EngineContracts() {}

  /** A fresh harness for one test; the test closes it. Tests may run in parallel. */
  protected abstract EngineHarness open();

  @Nested
  final class Open extends OpenContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Enqueue extends EnqueueContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Uniqueness extends UniquenessContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class UniqueJob extends UniqueJobContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Merge extends MergeContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Bound extends BoundContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Claim extends ClaimContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Lane extends LaneContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Lease extends LeaseContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Note extends NoteContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Outcome extends OutcomeContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Repeat extends RepeatContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class LostClaim extends LostClaimContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Promote extends PromoteContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Reap extends ReapContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Tidy extends TidyContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Suspect extends SuspectContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Redrive extends RedriveContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Cancel extends CancelContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Move extends MoveContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Delete extends DeleteContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Pause extends PauseContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Retention extends RetentionContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Look extends LookContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Bell extends BellContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Schedule extends ScheduleContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Lock extends LockContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Life extends LifeContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Concurrency extends ConcurrencyContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Rate extends RateContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Order extends OrderContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class BackOff extends BackOffContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class TypePause extends TypePauseContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Parked extends ParkedContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class LimitLife extends LimitLifeContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class LimitChange extends LimitChangeContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class OrderLife extends OrderLifeContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Journal extends JournalContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Suspend extends SuspendContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Mail extends MailContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Ended extends EndedContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Fork extends ForkContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class Topics extends TopicsContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class CancelRun extends CancelRunContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }

  @Nested
  final class RunLife extends RunLifeContract {
    @Override
    protected EngineHarness open() {
      return EngineContracts.this.open();
    }
  }
}
