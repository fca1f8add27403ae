package dev.holdfast.redis;

import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.Upkeep.Gate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of every step, whoever took it: judged by what Redis held before, what the engine
 * said, and what Redis holds after. The names of the invariants are those of docs/decisions.
 */
final class ModelRules {
  private final ModelState from;
  private final QueueContents before;
  private final ModelStep step;
  private final QueueContents after;
  private final List<String> wrong = new ArrayList<>();

  ModelRules(ModelState from, ModelStep step, QueueContents after) {
    this.from = from;
    this.before = from.contents();
    this.step = step;
    this.after = after;
  }

  /** The rules this step broke, one sentence each. */
  List<String> broken() {
    if (after == before) {
      return List.of();
    }
    new StoredQueue(after).contradictions().forEach(one -> wrong.add("I3 single home: " + one));
    if (!wrong.isEmpty()) {
      return wrong;
    }
    Set<String> keys = new TreeSet<>(ModelState.idsIn(before));
    keys.addAll(ModelState.idsIn(after));
    for (String key : keys) {
      ModelJob was = ModelJob.in(before, key);
      ModelJob is = ModelJob.in(after, key);
      noLoss(key, was, is);
      if (was != null && is != null) {
        leaseExclusion(key, was, is);
        oneEnd(key, was, is);
      }
      if (is != null) {
        tokensRise(key, was, is);
      }
    }
    oneJobAKey();
    outcomes();
    extensions();
    notes();
    claims();
    nothingAsked();
    return wrong;
  }

  private void broken(String invariant, String sentence) {
    wrong.add(invariant + ": " + sentence);
  }

  private void noLoss(String key, @Nullable ModelJob was, @Nullable ModelJob is) {
    if (was != null && is == null) {
      boolean purgeable = step.purged() && was.state().equals("q");
      if (!purgeable && !step.removed().contains(key)) {
        broken("I1 no loss", "job " + key + " is gone: " + was);
      }
    } else if (was == null && !step.created().contains(key)) {
      broken("I2 no ghosts", "job " + key + " came from nowhere: " + is);
    }
  }

  /** A claim ends by its own outcome, or by a reap after its lease; nothing else ends it. */
  private void leaseExclusion(String key, ModelJob was, ModelJob is) {
    if (!was.active() || is.heldBy(was.token()) || settled(key, was.token())) {
      return;
    }
    String lease = before.value("leases", key);
    boolean over = lease == null || Double.parseDouble(lease) <= from.millis();
    if (!step.upkeep() || !over) {
      broken(
          "I4 lease exclusion",
          "job " + key + " was taken from " + was.consumer() + " while its lease ran: " + is);
    }
  }

  private boolean settled(String key, String token) {
    for (int i = 0; i < step.settled().size(); i++) {
      Held held = step.settlements().get(i).held();
      if (held.key().equals(key)
          && held.token().toString().equals(token)
          && accepted(step.settled().get(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean accepted(Settled reply) {
    return reply == Settled.DONE || reply == Settled.CANCELLED;
  }

  private void oneEnd(String key, ModelJob was, ModelJob is) {
    if (was.ended() && !was.state().equals(is.state()) && !step.redriven().contains(key)) {
      broken("I6 one end", "job " + key + " had ended as " + was + " and is now " + is);
    }
  }

  private void tokensRise(String key, @Nullable ModelJob was, ModelJob is) {
    if (is.token().isEmpty() || (was != null && was.token().equals(is.token()))) {
      return;
    }
    if (is.number() <= from.past().highestToken()) {
      broken(
          "I7 tokens rise",
          "job " + key + " has token " + is.token() + " after " + from.past().highestToken());
    }
    if (is.claims() != (was == null ? 0 : was.claims()) + 1) {
      broken("I7 tokens rise", "job " + key + " has a new token and not one more claim: " + is);
    }
  }

  /** An idempotency key makes one job; it is free again once that job is deleted. */
  private void oneJobAKey() {
    String keyed = step.keyed();
    if (keyed == null) {
      return;
    }
    String holder = from.past().keyHolder();
    if (step.created().contains(keyed) != holder.isEmpty()) {
      broken(
          "I2 no ghosts",
          "job "
              + keyed
              + " was "
              + (holder.isEmpty() ? "refused for" : "created beside")
              + " the holder of its idempotency key: \""
              + holder
              + '"');
    }
  }

  private void outcomes() {
    for (int i = 0; i < step.settled().size(); i++) {
      Held held = step.settlements().get(i).held();
      Settled reply = step.settled().get(i);
      ModelJob was = ModelJob.in(before, held.key());
      ModelJob is = ModelJob.in(after, held.key());
      boolean stands = was != null && was.heldBy(held.token().toString());
      if (stands != accepted(reply)) {
        broken(
            "I5 fenced settle",
            "an outcome with token " + held.token() + " was answered " + reply + ", of " + was);
      } else if (reply == Settled.ALREADY
          && !from.past().settled().contains(held.token().number())) {
        broken("I5 fenced settle", "an outcome that was never accepted is said to stand: " + was);
      } else if (!stands && was != null && is != null) {
        boolean claimedNow =
            step.claims().stream().anyMatch(claim -> claim.held().key().equals(held.key()));
        if (!claimedNow && !was.record().equals(is.record())) {
          broken("I5 fenced settle", "a refused outcome changed " + was + " to " + is);
        }
      }
    }
  }

  private void extensions() {
    for (int i = 0; i < step.leaseReplies().size(); i++) {
      Held held = step.extended().get(i);
      LeaseReply reply = step.leaseReplies().get(i);
      ModelJob was = ModelJob.in(before, held.key());
      boolean stands = was != null && was.heldBy(held.token().toString());
      boolean longer = reply == LeaseReply.EXTENDED || reply == LeaseReply.CANCEL_REQUESTED;
      if (stands != longer) {
        broken(
            "I5 fenced settle",
            "an extension with token " + held.token() + " was answered " + reply + ", of " + was);
      }
      String lease = after.value("leases", held.key());
      if (!stands && !Objects.equals(before.value("leases", held.key()), lease)) {
        broken("I5 fenced settle", "a refused extension changed the lease of " + was);
      }
    }
  }

  private void notes() {
    Held noted = step.noted();
    for (String key : ModelState.idsIn(after)) {
      String was = before.value("notes", key + ":c");
      String is = after.value("notes", key + ":c");
      if (is == null || is.equals(was)) {
        continue;
      }
      ModelJob job = ModelJob.in(before, key);
      boolean stands =
          noted != null
              && noted.key().equals(key)
              && job != null
              && job.heldBy(noted.token().toString());
      if (!stands) {
        broken("I11 steps", "a claim that does not stand wrote \"" + is + "\" over " + was);
      }
    }
    if (noted != null) {
      ModelJob job = ModelJob.in(before, noted.key());
      boolean stands = job != null && job.heldBy(noted.token().toString());
      if (stands != step.wrote()) {
        broken("I11 steps", "a note with " + noted.token() + " of " + job + " was " + step.wrote());
      }
      if (stands && !step.checkpoint().equals(after.value("notes", noted.key() + ":c"))) {
        broken("I11 steps", "a checkpoint was answered as written and is not there");
      }
    }
  }

  private void claims() {
    Turn turn = step.turn();
    Set<String> told = new HashSet<>();
    for (Claim claim : step.claims()) {
      Held held = claim.held();
      told.add(held.key());
      ModelJob is = ModelJob.in(after, held.key());
      if (is == null
          || turn == null
          || !is.heldBy(held.token().toString())
          || !is.consumer().equals(turn.consumer())) {
        broken(
            "I4 lease exclusion", "a claim was answered that does not stand: " + held + ", " + is);
      }
    }
    for (String key : ModelState.idsIn(after)) {
      ModelJob was = ModelJob.in(before, key);
      ModelJob is = ModelJob.in(after, key);
      if (was != null && is != null && is.active() && !was.heldBy(is.token())) {
        begun(key, was, is, told);
      }
    }
    if (turn != null && turn.repeat() && step.answered() && seen(turn)) {
      repeated(turn);
    }
  }

  private void begun(String key, ModelJob was, ModelJob is, Set<String> told) {
    Turn turn = step.turn();
    if (turn == null || turn.number() <= lastTurn(turn.consumer())) {
      broken("I5 fenced settle", "job " + key + " was claimed by a turn that is not new: " + is);
    }
    if (!told.contains(key)) {
      broken("I1 no loss", "job " + key + " was claimed and nobody was told: " + is);
    }
    if (before.value("meta", "paused") != null) {
      broken("pause", "job " + key + " was claimed from a paused queue");
    }
    for (String lane : List.of("h", "n", "l", "s")) {
      String due = before.value("due", lane + key);
      if (due != null && Double.parseDouble(due) > from.millis()) {
        broken("I12 timing", "job " + key + " was claimed before it was due: " + was);
      }
    }
  }

  /** Whether this turn was taken before; if it was not, its repeat is an ordinary turn. */
  private boolean seen(Turn turn) {
    return lastTurn(turn.consumer()) == turn.number();
  }

  private long lastTurn(String consumer) {
    String last = before.value("ops", "c:" + consumer);
    return last == null ? 0 : Long.parseLong(last.substring(0, last.indexOf('\t')));
  }

  /**
   * After an answered repeat the client knows of every job that is its own by the engine's books.
   */
  private void repeated(Turn turn) {
    for (String key : ModelState.idsIn(after)) {
      ModelJob is = ModelJob.in(after, key);
      if (is != null && is.active() && is.consumer().equals(turn.consumer())) {
        boolean known =
            step.client().held().stream()
                .anyMatch(held -> held.key().equals(key) && is.heldBy(held.token().toString()));
        if (!known) {
          broken("I1 no loss", "a repeated turn did not tell of " + key + ": " + is);
        }
      }
    }
  }

  /** What was refused as a whole has changed nothing. */
  private void nothingAsked() {
    boolean refused = step.stale() || step.gate() == Gate.NOT_YET;
    if (refused && !before.keys().equals(after.keys())) {
      broken("I5 fenced settle", "a call that was refused as a whole changed the queue");
    }
  }
}
