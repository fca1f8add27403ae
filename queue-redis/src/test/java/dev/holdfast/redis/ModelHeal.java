package dev.holdfast.redis;

import dev.holdfast.job.QueueStats;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What follows every interleaving: all clients are gone, time passes, and one new worker reaps,
 * tidies, claims and acknowledges until nothing waits. Then every job has ended, and nothing is
 * left in any key that is not the record of an ended job.
 */
final class ModelHeal {
  private static final int MOST_ROUNDS = 30;
  // Keys that hold nothing once all is done.
  private static final List<String> EMPTIED =
      List.of(
          "leases",
          "due",
          "skip",
          "ready:high",
          "ready:normal",
          "ready:low",
          "ready:suspect",
          "workers",
          "jobs:waiting");

  private final Model model;
  private final Set<String> healed = new HashSet<>();
  private long runs;

  ModelHeal(Model model) {
    this.model = model;
  }

  /**
   * How many queues were healed to the end; one that becomes what another was is not gone on with.
   */
  long runs() {
    return runs;
  }

  /**
   * Heals the queue of a state.
   *
   * @throws ModelViolation if a job is lost or stuck, or a rule is broken on the way
   */
  void heal(ModelState end) {
    ModelClient healer = new ModelClient("healer", List.of());
    List<String> passed = new ArrayList<>();
    ModelState at = end;
    for (int round = 0; ; round++) {
      String key = at.queueKey() + at.past().jobs();
      passed.add(key);
      if (healed.contains(key)) {
        break;
      }
      if (rests(at.contents())) {
        verify(at);
        runs++;
        break;
      }
      if (round == MOST_ROUNDS) {
        throw wrong(at, "wedged: after " + round + " rounds of upkeep and claims work is left");
      }
      at = round(at, healer);
    }
    healed.addAll(passed);
  }

  private ModelState round(ModelState from, ModelClient healer) {
    ModelState at = from;
    if (at.contents().value("meta", "paused") != null) {
      at = model.step(at, healer, ModelOp.resume());
    }
    at = model.step(at, healer, ModelOp.reap());
    for (String consumer : at.contents().pairs("workers").keySet()) {
      at =
          model.step(
              at, healer, new ModelOp("tidy " + consumer, Script.TIDY, s -> s.tidy(consumer)));
    }
    do {
      at = model.step(at, healer, ModelOp.claim(10));
      while (!healer.held().isEmpty()) {
        at = model.step(at, healer, ModelOp.ack());
      }
    } while (claimable(at.contents()));
    return model.step(at, healer, ModelOp.passLease());
  }

  private static boolean claimable(QueueContents contents) {
    return List.of("high", "normal", "low", "suspect").stream()
        .anyMatch(lane -> !contents.list("ready:" + lane).isEmpty());
  }

  private static boolean rests(QueueContents contents) {
    return EMPTIED.stream().allMatch(name -> contents.list(name).isEmpty())
        && contents.keys().keySet().stream().noneMatch(name -> name.startsWith("active:"));
  }

  private void verify(ModelState at) {
    QueueContents contents = at.contents();
    long done = 0;
    long dead = 0;
    for (String key : at.past().jobs()) {
      ModelJob job = ModelJob.in(contents, key);
      if (job == null || !job.ended()) {
        throw wrong(at, "I1 no loss: job " + key + " never ended: " + job);
      }
      if (job.state().equals("d")) {
        dead++;
      } else {
        done++;
      }
    }
    QueueStats stats = model.stats(at);
    if (stats.ready() != 0
        || stats.scheduled() != 0
        || stats.active() != 0
        || stats.dead() != dead
        || stats.done() != done) {
      throw wrong(at, "I14 counters: " + stats + " where " + done + " are done, " + dead + " dead");
    }
  }

  private static ModelViolation wrong(ModelState at, String sentence) {
    return new ModelViolation(at, "at rest", at.contents(), List.of(sentence), null);
  }
}
