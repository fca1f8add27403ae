package dev.holdfast.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The branches of one parallel, each on a thread of its own from when it is begun. The thread that
 * began them waits for every one before the parallel ends, however it ends: none outlives the
 * attempt. An interrupt of that thread is handed on to them, and through them to theirs.
 */
final class RunBranches implements Parallel {
  final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Run run;
  private final RunSteps names;

  /** Added to by the thread of the lambda; read under the lock by others. */
  private final List<Branch<?>> begun = new ArrayList<>();

  // Guarded by lock.
  private int ended;

  RunBranches(Run run, String scope) {
    this.run = run;
    this.names = new RunSteps(run, scope);
  }

  @Override
  public <T> StepFuture<T> run(
      String name, TypeRef<T> type, StepOptions options, StepCall<T> body) {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(body, "body");
    String key = names.key(name);
    RunSteps steps = new RunSteps(run, key + "/");
    return start(
        key,
        name,
        steps,
        () -> steps.step(() -> new StepRunner(run, steps).run(key, type, options, body)));
  }

  @Override
  public StepFuture<Void> run(String name, StepOptions options, StepAction body) {
    Objects.requireNonNull(body, "body");
    return run(name, RunSteps.NOTHING, options, RunSteps.calling(body));
  }

  @Override
  public <T> StepFuture<T> branch(String name, BranchCall<T> body) {
    Objects.requireNonNull(body, "body");
    String key = names.key(name);
    RunSteps steps = new RunSteps(run, key + "/");
    return start(null, name, steps, () -> body.call(steps));
  }

  /** Begins a branch; one whose only step has an outcome needs no thread. */
  private <T> StepFuture<T> start(
      @Nullable String step, String name, RunSteps steps, Callable<@Nullable T> code) {
    Branch<T> branch = new Branch<>(this, name, steps, code);
    lock.lock();
    try {
      begun.add(branch);
    } finally {
      lock.unlock();
    }
    if (step != null && hasOutcome(step)) {
      branch.replay();
    } else {
      run.host.execute(branch, branch::refused);
    }
    return branch;
  }

  private boolean hasOutcome(String key) {
    run.lock.lock();
    try {
      StepRecord record = run.journal.step(key);
      return record != null && (record.isDone() || record.isFailed());
    } finally {
      run.lock.unlock();
    }
  }

  @Override
  public void join() {
    await(() -> begun.stream().noneMatch(each -> each.state() == Branch.State.RUNNING));
    Branch<?> waiting = first(Branch.State.WAITING);
    if (waiting != null) {
      throw suspended(waiting);
    }
  }

  @Override
  public <T> StepFuture<T> joinAny(String name, List<StepFuture<T>> futures) {
    List<Branch<T>> candidates = new ArrayList<>();
    for (StepFuture<T> future : futures) {
      if (!(future instanceof Branch<T> branch) || !begun.contains(branch)) {
        throw new IllegalArgumentException("a future is not one of this parallel's branches");
      }
      candidates.add(branch);
    }
    if (candidates.isEmpty()) {
      throw new IllegalArgumentException("joinAny needs one future at least");
    }
    String key = names.key(name);
    return Objects.requireNonNull(names.step(() -> first(key, candidates)));
  }

  private <T> StepFuture<T> first(String key, List<Branch<T>> candidates) {
    StepRecord record = names.visit(key, RunStatus.Kind.ANY);
    if (record != null) {
      if (record.index < 0 || record.index >= candidates.size()) {
        throw new FlowChangedException(
            "step "
                + key
                + " of run "
                + run.host.id()
                + " recorded branch "
                + record.index
                + " of "
                + candidates.size(),
            null);
      }
      return candidates.get(record.index);
    }
    await(
        () ->
            candidates.stream().anyMatch(RunBranches::hasEnded)
                || candidates.stream().noneMatch(each -> each.state() == Branch.State.RUNNING));
    int first = -1;
    lock.lock();
    try {
      for (int i = 0; i < candidates.size(); i++) {
        boolean earlier = first < 0 || candidates.get(i).place() < candidates.get(first).place();
        if (hasEnded(candidates.get(i)) && earlier) {
          first = i;
        }
      }
    } finally {
      lock.unlock();
    }
    if (first < 0) {
      throw suspended(candidates.get(0));
    }
    Throwable thrown = candidates.get(first).thrown();
    if (thrown == null || thrown instanceof StepFailedException) {
      run.requireGoing(key);
      run.requireRoom(key, 0);
      run.record(EntryText.any(key, first), List.of());
    }
    return candidates.get(first);
  }

  private static boolean hasEnded(Branch<?> branch) {
    return branch.state() == Branch.State.DONE || branch.state() == Branch.State.FAILED;
  }

  // ---- the end ----------------------------------------------------------------------------------

  /**
   * Waits for all branches and says what comes of them together: an exception that is no failure of
   * a step first, then a suspension, then the first failure of a step that nobody asked about.
   *
   * @param thrown what the lambda threw, or null
   */
  void finish(@Nullable Throwable thrown) {
    await(() -> begun.stream().noneMatch(each -> each.state() == Branch.State.RUNNING));
    if (thrown != null
        && !(thrown instanceof StepFailedException)
        && !(thrown instanceof RunSuspended)) {
      throw RunBranches.<RuntimeException>thrownOn(thrown);
    }
    Throwable failed = null;
    for (Branch<?> each : begun) {
      if (each.state() == Branch.State.FAILED && !each.asked()) {
        if (!(each.thrown() instanceof StepFailedException)) {
          throw RunBranches.<RuntimeException>thrownOn(each.thrown());
        }
        failed = failed == null ? each.thrown() : failed;
      }
    }
    Branch<?> waiting = first(Branch.State.WAITING);
    if (waiting != null) {
      throw suspended(waiting);
    }
    if (thrown != null || failed != null) {
      throw RunBranches.<RuntimeException>thrownOn(thrown != null ? thrown : failed);
    }
    RunSuspended swallowed = names.suspended();
    if (swallowed != null) {
      throw swallowed;
    }
  }

  private @Nullable Branch<?> first(Branch.State state) {
    lock.lock();
    try {
      return begun.stream().filter(each -> each.state() == state).findFirst().orElse(null);
    } finally {
      lock.unlock();
    }
  }

  /** A branch that waits makes its run wait. */
  RunSuspended suspended(Branch<?> branch) {
    RunSuspended own = branch.suspension();
    return own != null ? own : new RunSuspended("branch " + branch.name());
  }

  void awaitEnd(Branch<?> branch) {
    await(() -> branch.state() != Branch.State.RUNNING);
  }

  /** Waits, whatever interrupts; hands an interrupt on to the branches, and keeps it. */
  private void await(BooleanSupplier condition) {
    boolean interrupted = false;
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        try {
          changed.await();
        } catch (InterruptedException e) {
          interrupted = true;
          begun.forEach(Branch::interrupt);
        }
      }
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A branch has ended: which one, counted from 1. Under the lock. */
  int ended() {
    changed.signalAll();
    ended++;
    return ended;
  }

  /** What a branch threw, thrown as it is where it is asked for, checked or not. */
  // The cast is none at run time; the type is chosen where it is thrown.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  static <X extends Throwable> X thrownOn(@Nullable Throwable thrown) throws X {
    throw (X) Objects.requireNonNull(thrown, "thrown");
  }
}
