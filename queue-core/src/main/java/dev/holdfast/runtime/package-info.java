/**
 * The worker runtime: claims jobs, calls handlers, keeps leases, gives outcomes back. Knows the
 * engine only through {@code spi} and the doors only by their settings. Not an API: {@code Worker}
 * is the door, and what is public here is public for it alone.
 *
 * <p>Reading order, one actor a file:
 *
 * <ol>
 *   <li>{@link dev.holdfast.runtime.WorkerPlan} and {@link dev.holdfast.runtime.Handlers}: what a
 *       worker is made of; {@link dev.holdfast.runtime.WorkerRuntime}: its start, its health, its
 *       end ({@code Drain});
 *   <li>{@code Pool}: slots shared by queues; {@code ClaimLoop}: the thread that takes its turns;
 *       {@code Consumer}: one queue as one pool reads it: turn numbers, held jobs, outcomes on
 *       their way;
 *   <li>{@code ActiveJob}: one claim, from its answer to its outcome; {@code AttemptRunner}: its
 *       stages on the handler's thread; {@code AttemptContext}, {@code Notes}: what the handler
 *       sees; {@code OutcomeRules}: what becomes of it, as a pure function; {@code AttemptLines}:
 *       its one log line;
 *   <li>beside them, one thread a worker each: {@code LeaseKeeper}, {@code TimeoutWatch}, {@code
 *       BellListener}, {@code Housekeeper};
 *   <li>what they are built of: {@code Loop}, {@code Wakeup}, {@code RetryPause}, {@code
 *       HandlerThreads}, {@code SuspectGate}, {@code QueuePicker}.
 * </ol>
 */
@NullMarked
package dev.holdfast.runtime;

import org.jspecify.annotations.NullMarked;
