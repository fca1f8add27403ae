/**
 * A worker's settings, and the runtime behind the door {@code Worker}: it claims jobs, calls
 * handlers, keeps leases and gives outcomes back. It knows the engine only through {@code spi}, and
 * none of the doors.
 *
 * <p>For users: {@link dev.holdfast.worker.WorkerOptions}, {@link
 * dev.holdfast.worker.HandlerOptions}, {@link dev.holdfast.worker.QueueOrder}, {@link
 * dev.holdfast.worker.BatchOptions}, {@link dev.holdfast.worker.AttemptInterceptor}, {@link
 * dev.holdfast.worker.BatchInterceptor}, {@link dev.holdfast.worker.HandlerFactory}, {@link
 * dev.holdfast.worker.WorkerHealth}. The other public types are public for the door alone.
 *
 * <p>The runtime in reading order, one actor a file:
 *
 * <ol>
 *   <li>{@link dev.holdfast.worker.WorkerPlan} and {@link dev.holdfast.worker.Handlers}: what a
 *       worker is made of; {@link dev.holdfast.worker.WorkerRuntime}: its start, its health, its
 *       end ({@code Drain});
 *   <li>{@code Pool}: slots shared by queues; {@code ClaimLoop}: the thread that takes its turns;
 *       {@code Consumer}: one queue as one pool reads it: turn numbers, held jobs, outcomes on
 *       their way;
 *   <li>{@code ActiveJob}: one claim, from its answer to its outcome; {@code AttemptRunner}: its
 *       stages on the handler's thread; {@code ClaimReader}: the first of them; {@code ClaimView},
 *       {@code AttemptContext}, {@code Notes}: what the handler sees; {@code Settler}: the last
 *       stage; {@code OutcomeRules}: what becomes of it, as a pure function; {@code AttemptLines}:
 *       its one log line;
 *   <li>{@code BatchRunner}: what stands between the first and the last stage for several jobs at
 *       once; {@code Gathering}: where they come together; {@code BatchCall}: what they share;
 *       {@code BatchedJob}: what the handler sees of each;
 *   <li>{@code FlowRunner}: what stands between the gate and the last stage for a run; {@code
 *       FlowHost}: what the run needs of its worker. The run itself is led by {@link
 *       dev.holdfast.flow};
 *   <li>beside them, one thread a worker each: {@code LeaseKeeper}, {@code TimeoutWatch}, {@code
 *       BellListener}, {@code Housekeeper}, {@code Ticker} (schedules);
 *   <li>what they are built of: {@code Loop}, {@code Wakeup}, {@code RetryPause}, {@code
 *       HandlerThreads}, {@code SuspectGate}, {@code QueuePicker}.
 * </ol>
 */
@NullMarked
package dev.holdfast.worker;

import org.jspecify.annotations.NullMarked;
