/**
 * The fault matrix: real worker processes and a real Redis, broken on purpose, one test a row.
 *
 * <p>Read {@link dev.holdfast.redis.faults.Fault} for what a row is, then {@link
 * dev.holdfast.redis.faults.FaultRig} for what a test has at hand. A run prints the rows it did as
 * a table and leaves it in {@code target/fault-matrix.md}; {@code docs/reliability.md} has one with
 * figures.
 */
package dev.holdfast.redis.faults;
