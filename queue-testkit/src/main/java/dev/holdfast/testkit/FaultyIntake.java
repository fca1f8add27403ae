package dev.holdfast.testkit;

import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.Intake;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.FaultyEngine.Call;
import dev.holdfast.testkit.FaultyEngine.Fault;
import dev.holdfast.testkit.FaultyEngine.InjectedFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Enqueues of which some go wrong: each job of a list by itself, for a list is no transaction. */
final class FaultyIntake implements Intake {
  private final Intake intake;
  private final FaultDice dice;

  FaultyIntake(Intake intake, FaultDice dice) {
    this.intake = intake;
    this.dice = dice;
  }

  @Override
  public List<CompletableFuture<EnqueueReply>> enqueue(
      QueueRef queue, List<NewJob> jobs, long bound, Duration deadline) {
    List<@Nullable InjectedFault> drawn = new ArrayList<>(jobs.size());
    List<NewJob> sent = new ArrayList<>(jobs.size());
    for (NewJob job : jobs) {
      InjectedFault fault = dice.roll(Call.ENQUEUE, " of job " + queue.id(job.key()));
      drawn.add(fault);
      if (fault == null || fault.fault() == Fault.LOST_REPLY) {
        sent.add(job);
      }
    }
    List<CompletableFuture<EnqueueReply>> answers =
        sent.isEmpty() ? List.of() : intake.enqueue(queue, sent, bound, deadline);
    List<CompletableFuture<EnqueueReply>> futures = new ArrayList<>(jobs.size());
    int next = 0;
    for (int i = 0; i < jobs.size(); i++) {
      InjectedFault fault = drawn.get(i);
      if (fault == null) {
        futures.add(answers.get(next++));
      } else if (fault.fault() == Fault.LOST_REPLY) {
        futures.add(FaultDice.lost(answers.get(next++), exception(queue, jobs.get(i), fault)));
      } else {
        futures.add(CompletableFuture.failedFuture(exception(queue, jobs.get(i), fault)));
      }
    }
    return futures;
  }

  private static HoldfastException exception(QueueRef queue, NewJob job, InjectedFault fault) {
    JobId id = queue.id(job.key());
    return switch (fault.fault()) {
      case ERROR_BEFORE -> FaultDice.unavailable(fault);
      case LOST_REPLY ->
          new OutcomeUnknownException(
              id, fault.getMessage() + "; enqueue it again with EnqueueOptions.retryOf(id)", fault);
      case EXHAUSTED -> {
        QueueFullException full = new QueueFullException(queue.name(), fault.getMessage());
        full.initCause(fault);
        yield full;
      }
    };
  }
}
