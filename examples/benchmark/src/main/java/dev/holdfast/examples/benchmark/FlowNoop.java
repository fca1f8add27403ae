package dev.holdfast.examples.benchmark;

import dev.holdfast.job.JobType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a run.
 *
 * @param number which run of its row it is, from 0
 * @param steps how many steps it takes before it sleeps
 * @param wakeAt until when it sleeps; null: not at all
 */
@JobType(value = "benchmark.flow", queue = Noop.QUEUE)
record FlowNoop(int number, int steps, @Nullable Instant wakeAt) {}
