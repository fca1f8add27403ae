package dev.holdfast.job;

import java.time.Instant;

/**
 * One attempt that did not succeed, as kept in the job's history: its last five.
 *
 * @param number the attempt, from 1
 * @param at when it ended, by the worker's clock (a crash: when it was reaped, by the engine's)
 * @param failure what went wrong
 */
public record Attempt(int number, Instant at, Failure failure) {}
