/**
 * What every engine promises, as tests: an engine is one if these pass on it.
 *
 * <p>For those who build an engine. Each abstract class is one subject; extend it in the engine's
 * own tests and give it an {@link dev.holdfast.testkit.contract.EngineHarness}. After every test
 * the harness is asked whether what is stored agrees with itself.
 *
 * <p>Reading order: {@link dev.holdfast.testkit.contract.EngineHarness} (the engine and the instant
 * it judges by), {@link dev.holdfast.testkit.contract.EngineContract} (what the subjects share),
 * {@link dev.holdfast.testkit.contract.TurnTaker} (a consumer's turns), then the subjects.
 */
@NullMarked
package dev.holdfast.testkit.contract;

import org.jspecify.annotations.NullMarked;
