/**
 * Holdfast for tests: an engine without a server, and a clock that a test moves.
 *
 * <p>Reading order: {@link dev.holdfast.testkit.InMemoryEngine}, {@link
 * dev.holdfast.testkit.ManualTime}. How it works: {@code MemoryQueue} and {@code MemoryJob} are
 * what is stored, with {@code ReadyList} and {@code ScoredKeys} as places; {@code MemoryStore}
 * finds a queue and runs one act at a time on it. The actors mirror the engine seam: {@code
 * MemoryIntake}, {@code MemoryClaiming} with {@code MemoryTurn}, {@code MemoryBells}, {@code
 * MemoryReaping}, {@code MemoryControl} with {@code MemoryLook}; {@code MemoryEnds} is every way a
 * job ends.
 */
@NullMarked
package dev.holdfast.testkit;

import org.jspecify.annotations.NullMarked;
