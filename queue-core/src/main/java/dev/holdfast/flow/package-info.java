/**
 * Flows: handlers whose jobs go through durable steps, and what is kept of them.
 *
 * <p>Read first: {@link dev.holdfast.flow.FlowHandler}, {@link dev.holdfast.flow.Steps}, {@link
 * dev.holdfast.flow.StepContext}, {@link dev.holdfast.flow.StepOptions}; for waits {@link
 * dev.holdfast.flow.Wait}; for branches {@link dev.holdfast.flow.Parallel}; to look at runs {@link
 * dev.holdfast.flow.FlowRuns}, {@link dev.holdfast.flow.RunStatus}.
 */
@NullMarked
package dev.holdfast.flow;

import org.jspecify.annotations.NullMarked;
