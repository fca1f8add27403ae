package dev.holdfast.redis;

import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.TurnReply;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a worker knows: its consumer's name, the number of its last turn, what it believes to hold,
 * and the turn whose answer it has not got. It believes what it was told until it is told better,
 * so it quotes tokens that no longer stand, as a worker that was paused does.
 */
final class ModelClient {
  private final String name;
  private final List<ModelOp> program;
  private final List<Held> held = new ArrayList<>();
  private int life = 1;
  private int done;
  private boolean stopped;
  private long number;
  // What it held last and has lost or settled: what it quotes when it holds nothing.
  private @Nullable Held former;
  private @Nullable Turn unanswered;

  ModelClient(String name, List<ModelOp> program) {
    this.name = name;
    this.program = List.copyOf(program);
  }

  ModelClient copy() {
    ModelClient copy = new ModelClient(name, program);
    copy.held.addAll(held);
    copy.life = life;
    copy.done = done;
    copy.stopped = stopped;
    copy.number = number;
    copy.former = former;
    copy.unanswered = unanswered;
    return copy;
  }

  String name() {
    return name;
  }

  List<ModelOp> program() {
    return program;
  }

  String consumer() {
    return life == 1 ? name : name + life;
  }

  boolean hasMore() {
    return !stopped && done < program.size();
  }

  boolean hasBegun() {
    return done > 0;
  }

  /** Its next operation; counts it as done. */
  ModelOp next() {
    return program.get(done++);
  }

  // ---- crashes ----------------------------------------------------------------------------------

  /** Dies and never comes back. */
  void stop() {
    stopped = true;
    forget();
  }

  /** Dies and comes back: of its past only the number of its last turn is kept. */
  void forget() {
    held.clear();
    former = null;
    unanswered = null;
  }

  /** Dies and comes back as another consumer, as a new process does. */
  void startAnew() {
    forget();
    life++;
    number = 0;
  }

  // ---- turns ------------------------------------------------------------------------------------

  long number() {
    return number;
  }

  long nextNumber() {
    return ++number;
  }

  @Nullable Turn unanswered() {
    return unanswered;
  }

  void waitsFor(Turn turn) {
    unanswered = turn;
  }

  List<Held> held() {
    return held;
  }

  List<String> heldKeys() {
    return held.stream().map(Held::key).toList();
  }

  /** What it quotes: the job it holds longest, or the one it held last. */
  @Nullable Held subject() {
    return held.isEmpty() ? former : held.get(0);
  }

  void learns(Turn turn, TurnReply reply) {
    unanswered = null;
    if (!reply.stale()) {
      turn.settlements().stream().map(Settlement::held).forEach(this::drops);
    }
    for (Claim claim : reply.claims()) {
      List.copyOf(held).stream()
          .filter(one -> one.key().equals(claim.held().key()))
          .forEach(this::drops);
      held.add(claim.held());
    }
  }

  void drops(Held one) {
    held.remove(one);
    former = one;
  }

  /** All that decides what it does from here on. */
  String describe() {
    return name
        + life
        + '.'
        + done
        + (stopped ? "x" : "#" + number)
        + held.stream().map(Held::toString).collect(Collectors.joining())
        + '/'
        + former
        + '/'
        + (unanswered == null
            ? ""
            : unanswered.number() + ":" + unanswered.room() + unanswered.settlements());
  }
}
