package dev.holdfast.examples.trialexpiration;

import dev.holdfast.flow.RunStatus;
import dev.holdfast.flow.RunStatus.State;
import dev.holdfast.flow.RunStatus.StepStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks at what runs have recorded, again and again: an outcome that has been seen must never be
 * another later, nor be gone.
 */
final class JournalWatch {
  private final Map<String, Map<String, StepStatus>> seen = new HashMap<>();
  private final List<String> changes = new ArrayList<>();

  void look(String user, RunStatus run) {
    Map<String, StepStatus> before = seen.computeIfAbsent(user, any -> new HashMap<>());
    Map<String, StepStatus> now = new HashMap<>();
    for (StepStatus step : run.steps()) {
      if (now.put(step.key(), step) != null) {
        changes.add(user + ", \"" + step.key() + "\": there twice");
      }
    }
    before.forEach(
        (key, outcome) -> {
          if (!outcome.equals(now.get(key))) {
            changes.add(user + ", \"" + key + "\": was " + outcome + ", is " + now.get(key));
          }
        });
    now.values().stream()
        .filter(step -> step.state() != State.PENDING)
        .forEach(step -> before.put(step.key(), step));
  }

  /** What has changed that must not; empty if nothing has. */
  List<String> changes() {
    return List.copyOf(changes);
  }
}
