/**
 * Flows: handlers whose jobs go through durable steps, and what is kept of them.
 *
 * <p>Read first: {@link dev.holdfast.flow.FlowHandler}, {@link dev.holdfast.flow.Steps}, {@link
 * dev.holdfast.flow.StepContext}, {@link dev.holdfast.flow.StepOptions}; for waits {@link
 * dev.holdfast.flow.Wait}; for branches {@link dev.holdfast.flow.Parallel}; to look at runs {@link
 * dev.holdfast.flow.FlowRuns}, {@link dev.holdfast.flow.RunStatus}.
 *
 * <p>How a run is led, in reading order: {@link dev.holdfast.flow.RunHost}: what it needs of its
 * worker; {@code EntryText}: one entry of its journal; {@code RunJournal} and {@code StepRecord}:
 * what the entries say together; {@code RunWriter}: how they are written; {@link
 * dev.holdfast.flow.Run}: one attempt; {@code RunSteps}: the steps of a scope, done by {@code
 * StepRunner} (with {@code StepTimer}), {@code Waiting} and {@code Children}; {@code RunBranches}
 * and {@code Branch}: several at once. {@link dev.holdfast.flow.RunReading} reads journals from
 * outside. These, {@code Outlet}, {@code Mail} and {@code RunMail} are public for the worker and
 * the doors alone.
 */
@NullMarked
package dev.holdfast.flow;

import org.jspecify.annotations.NullMarked;
