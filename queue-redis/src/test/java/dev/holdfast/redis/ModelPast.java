package dev.holdfast.redis;

import dev.holdfast.spi.Settled;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the rules remember of the way to a state.
 *
 * @param highestToken the highest number of any token given
 * @param settled the numbers of the tokens whose outcomes were accepted
 * @param jobs the jobs that were created and not removed by an operator
 * @param keyHolder the job that holds the one idempotency key, or ""
 */
record ModelPast(long highestToken, Set<Long> settled, Set<String> jobs, String keyHolder) {
  static final ModelPast NONE = new ModelPast(0, Set.of(), Set.of(), "");

  ModelPast then(ModelStep step, QueueContents after) {
    return new ModelPast(
        Math.max(highestToken, ModelJob.highestToken(after)),
        settledThen(step),
        jobsThen(step, after),
        holderThen(step));
  }

  private Set<Long> settledThen(ModelStep step) {
    Set<Long> then = settled;
    for (int i = 0; i < step.settled().size(); i++) {
      Settled reply = step.settled().get(i);
      if (reply == Settled.DONE || reply == Settled.CANCELLED) {
        then = then == settled ? new TreeSet<>(settled) : then;
        then.add(step.settlements().get(i).held().token().number());
      }
    }
    return then;
  }

  private Set<String> jobsThen(ModelStep step, QueueContents after) {
    if (step.created().isEmpty() && step.removed().isEmpty() && !step.purged()) {
      return jobs;
    }
    Set<String> then = new TreeSet<>(jobs);
    then.addAll(step.created());
    then.removeAll(step.removed());
    if (step.purged()) {
      then.removeIf(key -> ModelJob.in(after, key) == null);
    }
    return then;
  }

  private String holderThen(ModelStep step) {
    String keyed = step.keyed();
    if (keyed != null && step.created().contains(keyed)) {
      return keyed;
    }
    return step.removed().contains(keyHolder) ? "" : keyHolder;
  }
}
