package dev.holdfast.examples.benchmark;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a rig.
 *
 * @param appendOnly whether Redis writes its append-only file, flushed every second
 * @param meters whether Holdfast counts and times
 * @param roundTrip what a proxy adds to each round trip; null: no proxy
 */
record RigOptions(boolean appendOnly, boolean meters, @Nullable Duration roundTrip) {
  static final RigOptions DEFAULTS = new RigOptions(false, true, null);

  RigOptions withAppendOnly() {
    return new RigOptions(true, meters, roundTrip);
  }

  RigOptions withoutMeters() {
    return new RigOptions(appendOnly, false, roundTrip);
  }

  RigOptions withRoundTrip(Duration added) {
    return new RigOptions(appendOnly, meters, added);
  }
}
