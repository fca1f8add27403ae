/**
 * Holdfast for tests: an engine without a server, a clock that a test moves, queues for each test,
 * and assertions.
 *
 * <p>Reading order: {@link dev.holdfast.testkit.InMemoryEngine}, {@link
 * dev.holdfast.testkit.ManualTime}; then, for who uses JUnit 5, {@link
 * dev.holdfast.testkit.HoldfastTest} and {@link dev.holdfast.testkit.TestWorkers}, with {@code
 * TestKit} and {@code Engines} behind {@link dev.holdfast.testkit.HoldfastExtension}; for who uses
 * AssertJ, {@link dev.holdfast.testkit.HoldfastAssertions}, where {@code Patience} waits. No other
 * type of the package needs JUnit or AssertJ. {@link dev.holdfast.testkit.FaultyEngine} goes around
 * any engine: {@code FaultDice} decides what goes wrong, a {@code Faulty...} for each part of the
 * seam does it, and {@code RepeatingEngine} is a caller that bears it. A test's workers see the
 * engine through {@code WorkerSide}, where they die if a {@link dev.holdfast.testkit.Crash} is
 * ordered, and its Holdfast through {@code DoorSide}; {@code PassingTime} lets them work while time
 * passes or between two steps, with {@code StepGate} and {@code Crew}. {@link
 * dev.holdfast.testkit.FlowTest} leads one run of a flow: {@code WatchedFlow} goes around the flow,
 * whose steps are then {@code LiveSteps}, where a worker dies at a {@code StepPoint}; {@code
 * Replays} makes each call once more with {@code ReplayedSteps} and compares the two {@code
 * FlowTrace}s. How the engine works: {@code MemoryQueue} and {@code MemoryJob} are what is stored,
 * with {@code ReadyList} and {@code ScoredKeys} as places; {@code MemoryStore} finds a queue and
 * runs one act at a time on it. The actors mirror the engine seam: {@code MemoryIntake}, {@code
 * MemoryClaiming} with {@code MemoryTurn}, {@code MemoryBells}, {@code MemoryReaping}, {@code
 * MemoryControl} with {@code MemoryLook}, {@code MemoryLocks}; {@code MemoryEnds} is every way a
 * job ends.
 */
@NullMarked
package dev.holdfast.testkit;

import org.jspecify.annotations.NullMarked;
