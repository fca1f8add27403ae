package dev.holdfast.redis;

import dev.holdfast.worker.HandlerOptions;
import dev.holdfast.worker.WorkerOptions;
import dev.holdfast.worker.WorkerOptions.Threads;
import java.time.Duration;
import java.util.List;

/**
 * What a {@link WorkerMain} is told to do otherwise than {@link WorkerMain#shortLeases}: texts such
 * as {@code "drainGrace=PT1S"}, read one after another. Not safe for use by several threads.
 */
final class WorkerSettings {
  private final Duration lease = Duration.ofMillis(Long.getLong(WorkerMain.LEASE_PROPERTY, 2_000));
  private final Duration commandTimeout =
      Duration.ofMillis(Long.getLong(WorkerMain.TIMEOUT_PROPERTY, 3_000));
  private final WorkerOptions.Builder worker = WorkerMain.leases(lease);
  private final HandlerOptions.Builder handler = HandlerOptions.builder();
  private Duration reconnectCap = lease.dividedBy(8);
  private boolean witness;

  static WorkerSettings of(List<String> texts) {
    WorkerSettings settings = new WorkerSettings();
    texts.forEach(settings::set);
    return settings;
  }

  private void set(String text) {
    String name = text.substring(0, text.indexOf('='));
    String value = text.substring(name.length() + 1);
    switch (name) {
      case "lease" -> worker.lease(Duration.parse(value));
      case "extendPeriod" -> worker.extendPeriod(Duration.parse(value));
      case "reapPeriod" -> worker.reapPeriod(Duration.parse(value));
      case "reapJitter" -> worker.reapJitter(Duration.parse(value));
      case "blockTime" -> worker.blockTime(Duration.parse(value));
      case "drainGrace" -> worker.drainGrace(Duration.parse(value));
      case "drainInterruptGrace" -> worker.drainInterruptGrace(Duration.parse(value));
      case "interruptGrace" -> worker.interruptGrace(Duration.parse(value));
      case "threads" -> worker.threads(Threads.valueOf(value));
      case "timeout" -> handler.timeout(Duration.parse(value));
      case "globalConcurrency" -> handler.globalConcurrency(Integer.parseInt(value));
      case "reconnectCap" -> reconnectCap = Duration.parse(value);
      case "strictLeases" -> worker.strictLeases(Boolean.parseBoolean(value));
      case "witness" -> witness = Boolean.parseBoolean(value);
      default -> throw new IllegalArgumentException("no setting of a worker: " + text);
    }
  }

  WorkerOptions worker() {
    return worker.build();
  }

  HandlerOptions handler() {
    return handler.build();
  }

  Duration commandTimeout() {
    return commandTimeout;
  }

  Duration reconnectCap() {
    return reconnectCap;
  }

  /** Whether a {@link Witness} writes into the history; off where only speed matters. */
  boolean witness() {
    return witness;
  }
}
