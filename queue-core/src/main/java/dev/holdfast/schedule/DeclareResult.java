package dev.holdfast.schedule;

import java.util.Map;
import java.util.Set;

/**
 * What declaring a set changed.
 *
 * @param schedules what became of each schedule of the set
 * @param removed what the application had declared before, and now does not
 */
public record DeclareResult(Map<ScheduleId, ScheduleChange> schedules, Set<ScheduleId> removed) {
  /** Copies the collections. */
  public DeclareResult {
    schedules = Map.copyOf(schedules);
    removed = Set.copyOf(removed);
  }

  /** Whether nothing was changed. */
  public boolean unchanged() {
    return removed.isEmpty()
        && schedules.values().stream().allMatch(change -> change == ScheduleChange.UNCHANGED);
  }
}
