package dev.holdfast.examples.benchmark;

import org.jspecify.annotations.Nullable;

/**
 * What every scenario is built for.
 *
 * @param scale how much is run
 * @param redis the server to use; null starts a fresh one for each run
 */
record Bench(Scale scale, @Nullable String redis) {
  /** A fresh place for one run. */
  Rig rig() {
    return rig(RigOptions.DEFAULTS);
  }

  /** A fresh place for one run. */
  Rig rig(RigOptions options) {
    return Rig.open(redis, options);
  }

  /** Whether a server may be started with settings of our own. */
  boolean ownServer() {
    return redis == null;
  }

  static boolean hasVirtualThreads() {
    return Runtime.version().feature() >= 21;
  }
}
