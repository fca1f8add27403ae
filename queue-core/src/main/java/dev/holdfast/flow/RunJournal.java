package dev.holdfast.flow;

import dev.holdfast.flow.StepRecord.Stamp;
import dev.holdfast.job.Failure;
import dev.holdfast.job.JobId;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Journal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run's entries say together: a step's record for each key, and how far the run as a whole
 * is. Entries are applied in their order, those that are not written yet, too. Not safe for use by
 * several threads: guarded by the run's lock while it is led.
 */
final class RunJournal {
  /** The scope of the steps of onFailure. */
  static final String FAILURE_SCOPE = "!failure/";

  /** The scope of the steps of onCancel. */
  static final String CANCEL_SCOPE = "!cancel/";

  /** The step that names a run's successor. */
  static final String CONTINUED = "!continued";

  private final Map<String, StepRecord> steps = new LinkedHashMap<>();

  /** Never removed from, unlike the records: where a fork at a step begins. */
  private final Map<String, Integer> firstEntries = new HashMap<>();

  private final Set<String> consumed = new HashSet<>();
  private String version = "";
  private Run.Phase phase = Run.Phase.RUNNING;
  private @Nullable Death death;
  private boolean cancelledByEvent;
  private int entries;
  private long bytes;
  private Instant latest = Instant.EPOCH;
  private @Nullable String lastFailed;

  /**
   * Why a run becomes a dead letter.
   *
   * @param step the key of the step to blame, or ""
   * @param claims how often the run was claimed when this was written
   */
  record Death(String step, int claims, StateReason reason, Failure failure) {}

  /**
   * Reads what is written.
   *
   * @throws EntryText.UnknownEntry if one entry cannot be read here
   */
  static RunJournal of(List<Journal.Entry> written) {
    RunJournal journal = new RunJournal();
    for (Journal.Entry entry : written) {
      journal.apply(EntryText.decode(entry.bytes()), new Stamp(entry.at()), entry.bytes().length);
      journal.seen(entry.at());
    }
    return journal;
  }

  // ---- what it says -----------------------------------------------------------------------------

  String version() {
    return version;
  }

  Run.Phase phase() {
    return phase;
  }

  @Nullable Death death() {
    return death;
  }

  boolean cancelledByEvent() {
    return cancelledByEvent;
  }

  @Nullable StepRecord step(String key) {
    return steps.get(key);
  }

  /** All steps, in the order they were first recorded. */
  List<StepRecord> steps() {
    return new ArrayList<>(steps.values());
  }

  int entries() {
    return entries;
  }

  long bytes() {
    return bytes;
  }

  /** The latest instant of the engine's clock that is known. */
  Instant latest() {
    return latest;
  }

  /** It is this late, by the engine's clock, at the least. */
  void seen(Instant at) {
    if (at.isAfter(latest)) {
      latest = at;
    }
  }

  boolean isConsumed(String message) {
    return consumed.contains(message);
  }

  /** How many entries come before a step's first; null if it has recorded none. */
  @Nullable Integer entriesBefore(String key) {
    return firstEntries.get(key);
  }

  /** The key of the step that failed for good last, or null. */
  @Nullable String lastFailed() {
    return lastFailed;
  }

  /** How many recorded steps of a scope this call of the handler has not come to. */
  int unvisited(String scope) {
    int count = 0;
    for (StepRecord step : steps.values()) {
      boolean inside = scope.isEmpty() ? !step.key.startsWith("!") : step.key.startsWith(scope);
      if (inside && !step.visited) {
        count++;
      }
    }
    return count;
  }

  // ---- what is added ----------------------------------------------------------------------------

  void apply(EntryText entry, Stamp stamp, int size) {
    int place = entries;
    entries++;
    bytes += size;
    switch (entry.kind()) {
      case BEGAN -> version = entry.words().get(0);
      case FAILING -> {
        phase = Run.Phase.FAILING;
        death = new Death(entry.key(), 0, entry.word(0, StateReason.class), entry.failure(1));
      }
      case CANCELLING -> {
        phase = Run.Phase.CANCELLING;
        cancelledByEvent = "event".equals(entry.words().get(0));
      }
      case FATAL -> {
        phase = Run.Phase.DEAD;
        death =
            new Death(
                entry.key(), entry.number(0), entry.word(1, StateReason.class), entry.failure(2));
      }
      case CLEARED -> {
        phase = Run.Phase.RUNNING;
        death = null;
        steps.remove(entry.key());
        steps.keySet().removeIf(key -> key.startsWith(FAILURE_SCOPE));
      }
      default -> {
        firstEntries.putIfAbsent(entry.key(), place);
        applyStep(entry, stamp);
      }
    }
  }

  private void applyStep(EntryText entry, Stamp stamp) {
    switch (entry.kind()) {
      case DONE -> {
        StepRecord step = record(entry, RunStatus.Kind.RUN, stamp);
        step.state = RunStatus.State.DONE;
        step.value = entry.value();
        step.begun = false;
      }
      case TRIED -> {
        StepRecord step = record(entry, RunStatus.Kind.RUN, stamp);
        step.attempts = entry.number(0);
        step.retryAfter = entry.duration(1);
        step.since = stamp;
        step.failure = entry.failure(2);
        step.begun = false;
      }
      case FAILED -> {
        StepRecord step = record(entry, entry.word(0, RunStatus.Kind.class), stamp);
        step.attempts = entry.number(1);
        step.failure = entry.failure(2);
        step.state = RunStatus.State.FAILED;
        step.begun = false;
        lastFailed = entry.key();
      }
      case BEGUN -> record(entry, RunStatus.Kind.RUN, stamp).begun = true;
      case SLEEP -> times(record(entry, RunStatus.Kind.SLEEP, stamp), entry, 0, stamp);
      case WAIT -> {
        StepRecord step = record(entry, RunStatus.Kind.WAIT, stamp);
        step.type = entry.words().get(0);
        step.eventKey = entry.words().get(1);
        times(step, entry, 2, stamp);
      }
      case CHILD -> {
        StepRecord step = record(entry, entry.word(0, RunStatus.Kind.class), stamp);
        step.child = JobId.parse(entry.words().get(1));
        step.childOf = entry.words().get(2);
        step.started = false;
      }
      case PUBLISHED -> {
        StepRecord step = record(entry, RunStatus.Kind.PUBLISH, stamp);
        step.event = entry.words().get(0);
        step.state = RunStatus.State.DONE;
      }
      case CHANGED -> {
        StepRecord step = record(entry, RunStatus.Kind.CHANGED, stamp);
        step.taken = "yes".equals(entry.words().get(0));
        step.state = RunStatus.State.DONE;
      }
      case ANY -> {
        StepRecord step = record(entry, RunStatus.Kind.ANY, stamp);
        step.index = entry.number(0);
        step.state = RunStatus.State.DONE;
      }
      default -> applyEnd(entry, stamp);
    }
  }

  /** What is said of a step that is there already. */
  private void applyEnd(EntryText entry, Stamp stamp) {
    StepRecord step = steps.get(entry.key());
    if (step == null) {
      throw new EntryText.UnknownEntry(
          "an entry " + entry.kind() + " of a step that has not begun: " + entry.key());
    }
    step.at = stamp;
    switch (entry.kind()) {
      case OVER -> step.state = RunStatus.State.DONE;
      case RECEIVED -> {
        step.message = entry.words().get(0);
        consumed.add(entry.words().get(0));
        step.state = RunStatus.State.DONE;
      }
      case STARTED -> {
        step.started = true;
        if (step.kind == RunStatus.Kind.ENQUEUE) {
          step.state = RunStatus.State.DONE;
        }
      }
      default -> throw new EntryText.UnknownEntry("an entry " + entry.kind());
    }
  }

  private static void times(StepRecord step, EntryText entry, int word, Stamp stamp) {
    String how = entry.words().get(word);
    step.since = stamp;
    step.duration = how.equals("for") ? entry.duration(word + 1) : null;
    step.until = how.equals("until") ? entry.instant(word + 1) : null;
  }

  /** The step's record; a step keeps the kind it was recorded with first. */
  private StepRecord record(EntryText entry, RunStatus.Kind kind, Stamp stamp) {
    StepRecord step = steps.get(entry.key());
    if (step == null) {
      step = new StepRecord(entry.key(), kind, stamp);
      steps.put(entry.key(), step);
    }
    step.at = stamp;
    return step;
  }
}
