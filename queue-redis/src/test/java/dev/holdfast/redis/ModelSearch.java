package dev.holdfast.redis;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tries every interleaving of the programs of some clients, with a crash at each step: a client
 * that has begun stops for ever, comes back as the same consumer, or comes back as another.
 *
 * <p>States are searched level by level, so that the first broken rule has the shortest trace. Two
 * ways to one state are gone on with once, and counted as two interleavings.
 */
final class ModelSearch {
  private final Model model;
  private final ModelHeal heal;
  private final int crashes;
  private final boolean merging;
  private final Set<String> ends = new HashSet<>();
  private long states;
  private long interleavings;

  ModelSearch(Model model, int crashes) {
    this(model, crashes, true);
  }

  /** With {@code merging} off every way is gone to its end, whatever was seen before. */
  ModelSearch(Model model, int crashes, boolean merging) {
    this.merging = merging;
    this.model = model;
    this.heal = new ModelHeal(model);
    this.crashes = crashes;
  }

  /** A state and the number of ways that lead to it. */
  private static final class Found {
    private final ModelState state;
    private long ways;

    Found(ModelState state) {
      this.state = state;
    }
  }

  /** Searches all that can follow a state. */
  void from(ModelState first) {
    Map<String, Found> level = new HashMap<>();
    meet(level, first, 1);
    while (!level.isEmpty()) {
      Map<String, Found> next = new HashMap<>();
      for (Found found : level.values()) {
        states++;
        expand(found, next);
        found.state.leaveBehind();
      }
      level = next;
    }
  }

  private void meet(Map<String, Found> level, ModelState state, long ways) {
    String key = merging ? state.key() : state.key() + level.size();
    level.computeIfAbsent(key, unused -> new Found(state)).ways += ways;
  }

  private void expand(Found found, Map<String, Found> next) {
    ModelState state = found.state;
    List<ModelClient> clients = state.clients();
    boolean over = true;
    for (int c = 0; c < clients.size(); c++) {
      if (!clients.get(c).hasMore()) {
        continue;
      }
      over = false;
      meet(next, model.next(state, c), found.ways);
      if (state.crashes() < crashes && clients.get(c).hasBegun()) {
        crash(state, c, found.ways, next);
      }
    }
    if (over) {
      interleavings += found.ways;
      ends.add(state.queueKey());
      heal.heal(state);
    }
  }

  private void crash(ModelState state, int client, long ways, Map<String, Found> next) {
    meet(next, state.dies(client), ways);
    meet(next, state.comesBackAnew(client), ways);
    meet(next, model.step(state.comesBack(client), client, ModelOp.recover()), ways);
  }

  /** What the queue was at the ends of the interleavings, each once. */
  Set<String> ends() {
    return ends;
  }

  long states() {
    return states;
  }

  long interleavings() {
    return interleavings;
  }

  long healed() {
    return heal.runs();
  }
}
