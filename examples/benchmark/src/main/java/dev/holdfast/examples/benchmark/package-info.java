/**
 * Measures Holdfast: what it does in a second, how soon, and what each job costs, beside bare Redis
 * lists in the same minute. The method and what the scenarios mean: {@code docs/benchmarks.md}.
 *
 * <p>In reading order:
 *
 * <ol>
 *   <li>{@link dev.holdfast.examples.benchmark.Benchmark}: the command; {@code Arguments}; {@code
 *       Jvm}: the flags; {@code BenchmarkRun}: what the JVM with these flags does;
 *   <li>{@code Scenario}, {@code Row}, {@code Role}, {@code Scenarios}: what there is to measure;
 *   <li>{@code Suite}, {@code Warmup}, {@code Scale}, {@code Bench}: how often and how long;
 *   <li>{@code Rig}, {@code Receiver}, {@code Backlog}, {@code Deliveries}: the place of a run, the
 *       worker's handler, the jobs, and the check that each was handled once;
 *   <li>{@code Measuring}, {@code RedisCost}, {@code ClientCost}, {@code Latencies}: what it cost;
 *   <li>{@code Figure}, {@code Sample}, {@code Series}, {@code Report}, {@code ReportFile}, {@code
 *       Machine}: what is shown.
 * </ol>
 *
 * <p>The scenarios: {@code EnqueueScenario}; {@code DrainScenarios} with {@code Drain} and {@code
 * DrainPlan}; {@code ThroughScenario}, {@code PickUpScenario}, {@code DelayedScenario}, {@code
 * ProcessesScenario} with {@code WorkerJvm}, {@code BacklogScenario}, {@code InFlightScenario},
 * {@code MemoryScenario}, {@code IdleScenario}; {@code PeersScenario}, with the adapters in {@link
 * dev.holdfast.examples.benchmark.peers}. Their limits: {@code BareList}, {@code RedisBenchmark}.
 */
@NullMarked
package dev.holdfast.examples.benchmark;

import org.jspecify.annotations.NullMarked;
