package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueStats;
import dev.holdfast.job.Retention;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.Intake;
import dev.holdfast.spi.Locks;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.Ticking;
import dev.holdfast.spi.Topics;
import dev.holdfast.spi.Upkeep;
import dev.holdfast.testkit.FaultyEngine.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A faulty engine as a patient caller uses it: what was injected into its own calls (enqueue, look,
 * act) is tried again at once, as the seam allows; every other exception is passed on. What workers
 * do is not repeated here: that is theirs to bear.
 */
final class RepeatingEngine implements Engine {
  /** Acts whose answer tells what they changed: a second one is answered otherwise. */
  static final Set<Call> TELLING =
      EnumSet.of(
          Call.CANCEL,
          Call.REDRIVE,
          Call.RESCHEDULE,
          Call.RUN_NOW,
          Call.PRIORITIZE,
          Call.DELETE,
          Call.DELETE_DEAD,
          Call.PURGE,
          Call.WRITE_SCHEDULE,
          Call.DROP_SCHEDULE,
          Call.DELIVER,
          Call.UNSUBSCRIBE);

  private final FaultyEngine engine;
  private final Intake intake;
  private final Control control;
  private final Ticking ticking;
  private final Runs runs;
  private final Topics topics;

  RepeatingEngine(FaultyEngine engine) {
    this.engine = engine;
    this.intake = new RepeatingIntake(engine.intake());
    this.control = new RepeatingControl(engine.control());
    this.ticking = new RepeatingTicking(engine.ticking());
    this.runs = new RepeatingRuns(engine.runs());
    this.topics = new RepeatingTopics(engine.topics());
  }

  FaultyEngine faulty() {
    return engine;
  }

  @Override
  public Intake intake() {
    return intake;
  }

  @Override
  public Claiming claiming() {
    return engine.claiming();
  }

  @Override
  public Bells openBells(String worker) {
    return engine.openBells(worker);
  }

  @Override
  public Upkeep upkeep() {
    return engine.upkeep();
  }

  @Override
  public Control control() {
    return control;
  }

  @Override
  public Ticking ticking() {
    return ticking;
  }

  @Override
  public Runs runs() {
    return runs;
  }

  @Override
  public Topics topics() {
    return topics;
  }

  @Override
  public Locks locks() {
    return engine.locks();
  }

  @Override
  public Duration reconnectCap() {
    return engine.reconnectCap();
  }

  @Override
  public String describe() {
    return engine.describe();
  }

  @Override
  public void close() {
    engine.close();
  }

  /** Sends a job again whose enqueue went wrong, as an earlier one that may have arrived. */
  private record RepeatingIntake(Intake intake) implements Intake {
    @Override
    public List<CompletableFuture<EnqueueReply>> enqueue(
        QueueRef queue, List<NewJob> jobs, long bound, Duration deadline) {
      List<CompletableFuture<EnqueueReply>> answers = intake.enqueue(queue, jobs, bound, deadline);
      List<CompletableFuture<EnqueueReply>> futures = new ArrayList<>(jobs.size());
      for (int i = 0; i < jobs.size(); i++) {
        CompletableFuture<EnqueueReply> future = new CompletableFuture<>();
        NewJob job = jobs.get(i);
        follow(answers.get(i), job, future, again -> send(queue, again, bound, deadline), false);
        futures.add(future);
      }
      return futures;
    }

    private CompletableFuture<EnqueueReply> send(
        QueueRef queue, NewJob job, long bound, Duration deadline) {
      return intake.enqueue(queue, List.of(job), bound, deadline).get(0);
    }

    private interface Sender {
      CompletableFuture<EnqueueReply> send(NewJob job);
    }

    private static void follow(
        CompletableFuture<EnqueueReply> answer,
        NewJob job,
        CompletableFuture<EnqueueReply> future,
        Sender sender,
        boolean mayBeThere) {
      CompletableFuture<EnqueueReply> unused =
          answer.whenComplete(
              (reply, failure) -> {
                if (failure == null) {
                  boolean ours =
                      mayBeThere && !job.retry() && reply.verdict() == Verdict.EXISTING_ID;
                  future.complete(ours ? new EnqueueReply(Verdict.CREATED, null) : reply);
                } else if (FaultDice.isInjected(failure)) {
                  boolean may = mayBeThere || failure instanceof OutcomeUnknownException;
                  follow(sender.send(again(job, may)), job, future, sender, may);
                } else {
                  future.completeExceptionally(failure);
                }
              });
    }

    private static NewJob again(NewJob job, boolean mayBeThere) {
      return mayBeThere ? job.retried() : job;
    }
  }

  /** Reads and writes schedules again until that is answered; workers fire them as ever. */
  private record RepeatingTicking(Ticking ticking) implements Ticking {
    @Override
    public void enlist(QueueRef queue) {
      Repeating.run(() -> ticking.enlist(queue));
    }

    @Override
    public List<QueueRef> enlisted() {
      return Repeating.call(ticking::enlisted);
    }

    @Override
    public Found find(QueueRef queue, List<String> names) {
      return Repeating.call(() -> ticking.find(queue, names));
    }

    @Override
    public Found list(QueueRef queue, @Nullable String after, int size) {
      return Repeating.call(() -> ticking.list(queue, after, size));
    }

    @Override
    public boolean write(QueueRef queue, Change change) {
      return Repeating.call(() -> ticking.write(queue, change));
    }

    @Override
    public boolean remove(QueueRef queue, String name, String revision) {
      return Repeating.call(() -> ticking.remove(queue, name, revision));
    }

    @Override
    public Due due(QueueRef queue, int most, Duration hold) {
      return ticking.due(queue, most, hold);
    }

    @Override
    public List<Fired> fire(QueueRef queue, long bound, List<Firing> firings) {
      return ticking.fire(queue, bound, firings);
    }

    @Override
    public Claiming.Subscription onChange(QueueRef queue, Runnable onChange) {
      return ticking.onChange(queue, onChange);
    }
  }

  /** Looks and acts again until that is answered. */
  private record RepeatingControl(Control control) implements Control {
    @Override
    public Optional<StoredJob> find(QueueRef queue, String key) {
      return Repeating.call(() -> control.find(queue, key));
    }

    @Override
    public Page<StoredJob> list(QueueRef queue, JobState state, @Nullable String cursor, int size) {
      return Repeating.call(() -> control.list(queue, state, cursor, size));
    }

    @Override
    public QueueStats stats(QueueRef queue) {
      return Repeating.call(() -> control.stats(queue));
    }

    @Override
    public ActReply cancel(QueueRef queue, String key, Retention retention) {
      return Repeating.call(() -> control.cancel(queue, key, retention));
    }

    @Override
    public ActReply redrive(QueueRef queue, String key) {
      return Repeating.call(() -> control.redrive(queue, key));
    }

    @Override
    public ActReply reschedule(QueueRef queue, String key, Instant runAt) {
      return Repeating.call(() -> control.reschedule(queue, key, runAt));
    }

    @Override
    public ActReply runNow(QueueRef queue, String key) {
      return Repeating.call(() -> control.runNow(queue, key));
    }

    @Override
    public ActReply prioritize(QueueRef queue, String key, Priority priority) {
      return Repeating.call(() -> control.prioritize(queue, key, priority));
    }

    @Override
    public ActReply delete(QueueRef queue, String key) {
      return Repeating.call(() -> control.delete(queue, key));
    }

    @Override
    public ActReply deleteDead(QueueRef queue, String key) {
      return Repeating.call(() -> control.deleteDead(queue, key));
    }

    @Override
    public int purge(QueueRef queue) {
      return Repeating.call(() -> control.purge(queue));
    }

    @Override
    public void pause(QueueRef queue, boolean paused) {
      Repeating.run(() -> control.pause(queue, paused));
    }

    @Override
    public void changeBound(QueueRef queue, @Nullable Long bound) {
      Repeating.run(() -> control.changeBound(queue, bound));
    }

    @Override
    public @Nullable Long bound(QueueRef queue) {
      return Repeating.call(() -> Optional.ofNullable(control.bound(queue))).orElse(null);
    }

    @Override
    public void limit(QueueRef queue, LimitScope scope, @Nullable Limit limit) {
      Repeating.run(() -> control.limit(queue, scope, limit));
    }

    @Override
    public void pauseType(QueueRef queue, String type, boolean paused) {
      Repeating.run(() -> control.pauseType(queue, type, paused));
    }

    @Override
    public List<LimitSetting> limits(QueueRef queue) {
      return Repeating.call(() -> control.limits(queue));
    }
  }
}
