package dev.holdfast.testkit;

import dev.holdfast.flow.RunSuspended;
import dev.holdfast.job.JobId;
import dev.holdfast.testkit.FlowTrace.Difference;
import dev.holdfast.testkit.FlowTrace.Outcome;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Compares the calls of a flow's handler with each other, and each with a replay of it. Safe for
 * use by many threads.
 */
final class Replays {
  // All guarded by this object.
  private final Map<JobId, Integer> calls = new HashMap<>();
  private final Map<JobId, FlowTrace> last = new HashMap<>();
  private boolean wanted;
  private @Nullable Difference found;

  synchronized void want() {
    wanted = true;
  }

  synchronized boolean wanted() {
    return wanted;
  }

  /** A run's handler is called. */
  synchronized FlowTrace begin(JobId run) {
    return new FlowTrace("call " + calls.merge(run, 1, Integer::sum));
  }

  /** It has ended: what it did must go on where the call before was. */
  synchronized void ended(JobId run, FlowTrace trace, Outcome end) {
    FlowTrace before = last.put(run, trace);
    boolean cut = end.thrown() != null && !(end.thrown() instanceof RunSuspended);
    if (before != null) {
      note(before.to(trace, cut, true));
    }
  }

  /** Makes the call once more and compares. */
  void replay(FlowTrace first, FlowTrace again, Callable<?> handler) {
    Outcome unused = Outcome.of(handler);
    note(first.to(again, false, false));
  }

  private synchronized void note(@Nullable Difference difference) {
    if (found == null) {
      found = difference;
    }
  }

  /** Fails if two calls differed. */
  synchronized void require() {
    if (found != null) {
      throw new NondeterministicFlowError(found.step(), found.how());
    }
  }
}
