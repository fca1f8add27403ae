package dev.holdfast.testkit.contract;

import dev.holdfast.spi.Engine;
import dev.holdfast.spi.QueueRef;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** An engine under test, and the instant it judges by. One harness serves one test. */
public interface EngineHarness extends AutoCloseable {
  /** The engine; the harness closes it. */
  Engine engine();

  /** A queue that nobody used before. */
  QueueRef freshQueue();

  /** A lock name that nobody used before. */
  default String freshLock() {
    return "lock-" + UUID.randomUUID();
  }

  /** The instant the engine judges by. Whole milliseconds; stands still until it is moved. */
  Instant now();

  /** Moves the instant; a negative duration steps back, as a clock that was set does. */
  void advance(Duration by);

  /** How many crashes the random lives under limits hold: as many as take some seconds. */
  default int crashes() {
    return 300;
  }

  /**
   * Reads all that is stored of a queue: every job must be in one place only, and its record must
   * say the same.
   *
   * @throws AssertionError if not; the message names the jobs
   */
  void verify(QueueRef queue);

  /** Gives up what was opened for the test. */
  @Override
  void close();
}
