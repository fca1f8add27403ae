package dev.holdfast.redis;

import dev.holdfast.job.JobType;

/**
 * What the worker processes of the tests are given to do.
 *
 * @param number tells jobs apart in the history
 * @param mode "ok" returns; "gate" waits for the file {@code gate-<number>} and returns; "halt"
 *     halts its JVM; "hang" waits until it is interrupted; "busy" takes 20 ms
 */
@JobType(value = "test.work", queue = "work")
public record Work(int number, String mode) {}
