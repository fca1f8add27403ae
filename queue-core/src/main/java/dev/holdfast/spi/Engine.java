package dev.holdfast.spi;

import java.time.Duration;

/**
 * A store of queues, and of named locks beside them. Everything is judged by the store's own clock.
 * Safe for use by many threads.
 */
public interface Engine extends AutoCloseable {
  /** Where jobs are added. */
  Intake intake();

  /** Where workers take jobs, keep them and give their outcomes. */
  Claiming claiming();

  /**
   * Opens a way to be woken when a queue has work; close it after use.
   *
   * @param worker the worker's name, for the store's list of connections
   */
  Bells openBells(String worker);

  /** Where expired leases are reaped and traces of dead workers tidied. */
  Upkeep upkeep();

  /** Where jobs are read and operated on. */
  Control control();

  /** Where schedules are kept, and their ticks become jobs. */
  Ticking ticking();

  /** Where runs keep their journals and get their messages. */
  Runs runs();

  /** Who wants to hear of which events. */
  Topics topics();

  /** Where locks are taken, kept and freed. */
  Locks locks();

  /** The longest the engine waits between two tries to reconnect. */
  Duration reconnectCap();

  /** Where this engine stores, for logs; never with a secret. */
  String describe();

  /** Closes what the engine opened. Idempotent. */
  @Override
  void close();
}
