package dev.holdfast.redis;

import dev.holdfast.redis.ModelPrograms.Scenario;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One order of programs, drawn at random with its crashes. If a rule is broken, steps are left out
 * as long as it stays broken, so that the trace shown is short.
 */
final class ModelWalk {
  private static final int MOST_TRIES = 200;

  private final Model model;
  private final ModelHeal heal;
  private final long seed;
  private final int number;

  /** Who does what; an operation of none of the clients is a crash. */
  private record Move(int client, Kind kind, ModelOp op) {}

  private enum Kind {
    STEP,
    DIES,
    COMES_BACK,
    COMES_BACK_ANEW
  }

  ModelWalk(Model model, ModelHeal heal, long seed, int number) {
    this.model = model;
    this.heal = heal;
    this.seed = seed;
    this.number = number;
  }

  /**
   * Draws an order and goes through it.
   *
   * @throws AssertionError if a rule is broken, with the shortest trace found and the seed
   */
  void run(Scenario scenario, Random random) {
    List<Move> moves = draw(scenario, random);
    ModelViolation broken = go(scenario, moves);
    if (broken == null) {
      return;
    }
    for (int i = moves.size() - 1, tries = 0; tries < MOST_TRIES && i >= 0; tries++) {
      List<Move> fewer = new ArrayList<>(moves);
      fewer.remove(i);
      ModelViolation still = go(scenario, fewer);
      if (still != null) {
        broken = still;
        moves = fewer;
        i = Math.min(i, moves.size());
      }
      i--;
    }
    throw new AssertionError(
        "seed " + seed + ", walk " + number + ": " + broken.getMessage(), broken);
  }

  private List<Move> draw(Scenario scenario, Random random) {
    List<Move> moves = new ArrayList<>();
    List<Integer> left = new ArrayList<>();
    for (int client = 0; client < scenario.programs().size(); client++) {
      left.addAll(Collections.nCopies(scenario.programs().get(client).size(), client));
    }
    Collections.shuffle(left, random);
    int[] next = new int[scenario.programs().size()];
    boolean[] dead = new boolean[next.length];
    for (int client : left) {
      if (dead[client]) {
        continue;
      }
      int chance = random.nextInt(24);
      if (next[client] > 0 && chance < 3) {
        Kind kind = Kind.values()[1 + chance];
        moves.add(new Move(client, kind, ModelOp.repeat()));
        dead[client] = kind == Kind.DIES;
      }
      if (!dead[client]) {
        moves.add(new Move(client, Kind.STEP, scenario.programs().get(client).get(next[client]++)));
      }
    }
    return moves;
  }

  private @Nullable ModelViolation go(Scenario scenario, List<Move> moves) {
    try {
      ModelState at = model.begin(scenario.programs());
      ModelClient setup = new ModelClient("setup", List.of());
      for (ModelOp op : scenario.setup()) {
        at = model.step(at, setup, op);
      }
      for (Move move : moves) {
        at = move.kind() == Kind.STEP ? model.step(at, move.client(), move.op()) : crash(at, move);
      }
      heal.heal(at);
      return null;
    } catch (ModelViolation broken) {
      return broken;
    }
  }

  private ModelState crash(ModelState at, Move move) {
    return switch (move.kind()) {
      case STEP -> at;
      case DIES -> at.dies(move.client());
      case COMES_BACK_ANEW -> at.comesBackAnew(move.client());
      case COMES_BACK -> model.step(at.comesBack(move.client()), move.client(), ModelOp.recover());
    };
  }
}
