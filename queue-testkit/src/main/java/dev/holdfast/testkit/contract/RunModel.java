package dev.holdfast.testkit.contract;

import dev.holdfast.job.JobState;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Runs.Delivery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One run as it should be, in the plainest words. */
final class RunModel {
  final String key;

  /** Whether it has a parent. */
  final boolean child;

  final List<String> entries = new ArrayList<>();
  final List<String> messages = new ArrayList<>();
  final Set<String> subjects = new LinkedHashSet<>();
  JobState state = JobState.READY;

  /** When it is due, while it is scheduled or suspended; null: never. */
  @Nullable Instant dueAt;

  int wakeOn;
  boolean cancelRequested;
  int claims;
  int crashes;

  /** The claim that stands, while it is active, and the end of its lease. */
  @Nullable Claim claim;

  Instant leaseEnd = Instant.EPOCH;

  RunModel(String key, boolean child) {
    this.key = key;
    this.child = child;
  }

  boolean ended() {
    return state.isFinal();
  }

  boolean waitsForTime() {
    return state == JobState.WAITING || state == JobState.SCHEDULED;
  }

  void claimed(Claim by, Instant end) {
    state = JobState.ACTIVE;
    claim = by;
    claims++;
    leaseEnd = end;
  }

  /** What a turn does before it claims. */
  void promote(Instant now) {
    if (waitsForTime() && dueAt != null && !dueAt.isAfter(now)) {
      ready();
    }
  }

  private void ready() {
    state = JobState.READY;
    dueAt = null;
    claim = null;
  }

  void end(JobState how) {
    state = how;
    dueAt = null;
    claim = null;
  }

  // Writing.

  boolean fits(Append append) {
    int there = Math.min(entries.size() - append.after(), append.entries().size());
    if (append.after() > entries.size()) {
      return false;
    }
    for (int i = 0; i < there; i++) {
      String sent = EngineContract.text(append.entries().get(i));
      if (!entries.get(append.after() + i).equals(sent)) {
        return false;
      }
    }
    return true;
  }

  void write(Append append) {
    int known = entries.size() - append.after();
    for (int i = known; i < append.entries().size(); i++) {
      entries.add(EngineContract.text(append.entries().get(i)));
    }
    subjects.addAll(append.subjects());
  }

  // Messages.

  Delivery deliver(String id) {
    if (ended()) {
      return Delivery.NOT_FOUND;
    } else if (messages.contains(id)) {
      return Delivery.ALREADY;
    }
    messages.add(id);
    if (state == JobState.WAITING && messages.size() >= wakeOn) {
      ready();
    }
    return Delivery.DELIVERED;
  }

  // What becomes of it.

  void suspend(Outcome.Suspended suspended, Instant now) {
    write(suspended.append());
    crashes = 0;
    wakeOn = suspended.wakeOn();
    dueAt = suspended.until();
    if (suspended.delay() != null) {
      Instant after = now.plus(suspended.delay());
      dueAt = dueAt == null || after.isBefore(dueAt) ? after : dueAt;
    }
    state = JobState.WAITING;
    claim = null;
    if (messages.size() >= wakeOn || (cancelRequested && !suspended.cancelling())) {
      ready();
    }
    promote(now);
  }

  /** It waits for another attempt, or ends if a cancel was asked for. */
  void again(Instant at, Instant now) {
    if (cancelRequested) {
      end(JobState.CANCELLED);
      return;
    }
    state = JobState.SCHEDULED;
    dueAt = at;
    claim = null;
    promote(now);
  }

  void reap(int maxCrashes) {
    crashes++;
    if (cancelRequested && (entries.isEmpty() || crashes >= maxCrashes)) {
      end(JobState.CANCELLED);
    } else if (crashes >= maxCrashes) {
      end(JobState.DEAD);
    } else {
      ready();
    }
  }

  void cancel() {
    if (state == JobState.ACTIVE || !entries.isEmpty()) {
      if (!cancelRequested && waitsForTime()) {
        ready();
      }
      cancelRequested = true;
    } else {
      end(JobState.CANCELLED);
    }
  }

  void redrive() {
    crashes = 0;
    cancelRequested = false;
    ready();
  }

  @Override
  public String toString() {
    return key + " " + state + " due " + dueAt + " wakes on " + wakeOn + " of " + messages.size();
  }
}
