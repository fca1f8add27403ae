package dev.holdfast.examples.benchmark;

import dev.holdfast.job.Retention;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.worker.WorkerOptions.Threads;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How a backlog is drained.
 *
 * @param slots attempts at once, over all queues
 * @param threads what handlers run on
 * @param queues how many queues the jobs are spread over
 * @param mixedPriorities whether a third of the jobs is high and a third low
 * @param failing one job in so many fails at its first attempt; 0: none
 * @param limited the limit that is set, and by how many keys jobs are counted; null: none
 * @param retention how long ended jobs are kept
 * @param rig the settings of the place
 */
record DrainPlan(
    int slots,
    Threads threads,
    int queues,
    boolean mixedPriorities,
    int failing,
    @Nullable Limited limited,
    Retention retention,
    RigOptions rig) {

  /** 50 slots on platform threads, one queue, everything as it is by default. */
  static final DrainPlan USUAL =
      new DrainPlan(
          50, Threads.PLATFORM, 1, false, 0, null, Retention.STANDARD, RigOptions.DEFAULTS);

  DrainPlan withSlots(int number) {
    return new DrainPlan(
        number, threads, queues, mixedPriorities, failing, limited, retention, rig);
  }

  DrainPlan withThreads(Threads kind) {
    return new DrainPlan(slots, kind, queues, mixedPriorities, failing, limited, retention, rig);
  }

  DrainPlan withQueues(int number) {
    return new DrainPlan(slots, threads, number, mixedPriorities, failing, limited, retention, rig);
  }

  DrainPlan withMixedPriorities() {
    return new DrainPlan(slots, threads, queues, true, failing, limited, retention, rig);
  }

  DrainPlan withFailing(int oneIn) {
    return new DrainPlan(slots, threads, queues, mixedPriorities, oneIn, limited, retention, rig);
  }

  DrainPlan withLimit(LimitScope scope, Limit limit, int keys) {
    Limited change = new Limited(scope, limit, keys);
    return new DrainPlan(slots, threads, queues, mixedPriorities, failing, change, retention, rig);
  }

  DrainPlan withRetention(Retention kept) {
    return new DrainPlan(slots, threads, queues, mixedPriorities, failing, limited, kept, rig);
  }

  DrainPlan withRig(RigOptions options) {
    return new DrainPlan(
        slots, threads, queues, mixedPriorities, failing, limited, retention, options);
  }

  List<String> queueNames() {
    return IntStream.range(0, queues)
        .mapToObj(i -> i == 0 ? Noop.QUEUE : Noop.QUEUE + "-" + i)
        .toList();
  }

  /**
   * A limit.
   *
   * @param scope what it is for
   * @param limit what is allowed
   * @param keys how many limit keys the jobs have, in turn; 0: none
   */
  record Limited(LimitScope scope, Limit limit, int keys) {}
}
