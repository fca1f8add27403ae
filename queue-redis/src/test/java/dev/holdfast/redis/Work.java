package dev.holdfast.redis;

import dev.holdfast.job.JobType;

/**
 * What the worker processes of the tests are given to do.
 *
 * @param number tells jobs apart in the history
 * @param mode "ok" returns; "gate" waits for the file {@code gate-<number>}, heeding no interrupt,
 *     and returns; "halt" halts its JVM, "exit" ends it; "hang" waits until it is interrupted;
 *     "busy" takes 20 ms. On the first attempt only, and then returns: "oom" fills the heap,
 *     "overflow" the stack, "error" throws an Error, "spin" runs for ever. On the first claim only:
 *     "hang-once", and "back-off", which keeps its limit key back for 3 s. "doomed" fails for good
 *     unless the file {@code gate-<number>} is there. As "gate", but the second claim waits for the
 *     file {@code gate-<number + 1000>}: "gates", and "fenced", which reports when its lease is in
 *     doubt and writes a checkpoint in the end. "heap" reports how much memory its JVM uses
 */
@JobType(value = "test.work", queue = "work")
public record Work(int number, String mode) {}
