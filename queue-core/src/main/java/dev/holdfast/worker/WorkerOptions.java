package dev.holdfast.worker;

import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.Naming;
import dev.holdfast.job.Retention;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Upkeep.ReapOrder;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a worker. The defaults recover the jobs of a killed worker within {@code lease +
 * reapPeriod + reapJitter + blockTime} = 38 s while another worker serves the queue, and survive a
 * Redis outage of 20 s without running anything twice. All numbers are chosen, not measured, unless
 * said.
 *
 * @param name the worker's name in logs and lists; null: host and process id
 * @param lease how long a claim stays exclusive without an extension, L
 * @param extendPeriod how often leases are extended, H
 * @param reapPeriod the least time between two reaps of a queue, R
 * @param reapJitter added to the reap period at random, J
 * @param blockTime the longest an idle worker waits before it looks by itself, B
 * @param drainGrace how long running attempts may go on when the worker closes, G
 * @param interruptGrace how long an attempt interrupted at its timeout may take to end before it is
 *     given up
 * @param drainInterruptGrace the same for one interrupted because the worker closes
 * @param strictLeases whether an outcome that comes after the end of its lease is refused even if
 *     nobody has reaped the job
 * @param closeOnShutdown whether the JVM's shutdown closes the worker
 * @param attemptLog which attempts are logged
 * @param threads what handlers run on
 * @param maxCrashes leases without an outcome that make a job dead
 * @param retention how long ended jobs are kept
 */
public record WorkerOptions(
    @Nullable String name,
    Duration lease,
    Duration extendPeriod,
    Duration reapPeriod,
    Duration reapJitter,
    Duration blockTime,
    Duration drainGrace,
    Duration interruptGrace,
    Duration drainInterruptGrace,
    boolean strictLeases,
    boolean closeOnShutdown,
    AttemptLog attemptLog,
    Threads threads,
    int maxCrashes,
    Retention retention) {

  /**
   * Leases that end later than this many leases of our own from now are cut: they come from a clock
   * that stepped back. Not one, so that a deploy which makes the lease longer does not have the old
   * workers cut the new ones' leases under their extension period.
   */
  private static final int LEASE_MARGIN = 10;

  /** Which attempts are logged at INFO when they end. */
  public enum AttemptLog {
    /** Every attempt. */
    ALL,
    /** Only those that did not succeed. */
    FAILURES,
    /** None; dead letters are still logged. */
    OFF
  }

  /** What handlers run on. */
  public enum Threads {
    /** Virtual threads where the JVM has them (21 and later), else platform threads. */
    AUTO,
    /** Platform threads, at most one a slot. */
    PLATFORM,
    /** Virtual threads; refused at start where the JVM has none. */
    VIRTUAL
  }

  /**
   * Checks the values, each and against each other.
   *
   * @throws InvalidHandlerException if one is out of range
   */
  public WorkerOptions {
    if (name != null) {
      Naming.name("worker name", name);
    }
    within("lease", lease, Duration.ofMillis(100), Duration.ofHours(12));
    within("extendPeriod", extendPeriod, Duration.ofMillis(10), Duration.ofHours(4));
    if (extendPeriod.compareTo(lease.dividedBy(3)) > 0) {
      throw new InvalidHandlerException(
          "extendPeriod ("
              + extendPeriod
              + ") must be at most a third of the lease ("
              + lease
              + "); set both, such as extendPeriod "
              + Duration.ofMillis(lease.toMillis() / 3));
    }
    within("reapPeriod", reapPeriod, Duration.ofMillis(50), Duration.ofMinutes(10));
    within("reapJitter", reapJitter, Duration.ZERO, reapPeriod);
    within("blockTime", blockTime, Duration.ofMillis(100), Duration.ofSeconds(5));
    within("drainGrace", drainGrace, Duration.ZERO, Duration.ofHours(24));
    within("interruptGrace", interruptGrace, Duration.ZERO, Duration.ofMinutes(5));
    within("drainInterruptGrace", drainInterruptGrace, Duration.ZERO, Duration.ofMinutes(5));
    if (maxCrashes < 1 || maxCrashes > 100) {
      throw new InvalidHandlerException("maxCrashes is " + maxCrashes + "; it must be 1 to 100");
    }
    Objects.requireNonNull(attemptLog, "attemptLog");
    Objects.requireNonNull(threads, "threads");
    Objects.requireNonNull(retention, "retention");
  }

  /** What a worker with these options asks of an engine when it reaps a queue. */
  public ReapOrder reapOrder(QueueRef queue) {
    return new ReapOrder(
        queue,
        reapPeriod,
        reapJitter,
        extendPeriod.plusSeconds(1),
        lease.multipliedBy(LEASE_MARGIN),
        maxCrashes,
        retention);
  }

  /** All defaults. */
  public static WorkerOptions defaults() {
    return builder().build();
  }

  /** A builder with all defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder with these values. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.name = name;
    builder.lease = lease;
    builder.extendPeriod = extendPeriod;
    builder.reapPeriod = reapPeriod;
    builder.reapJitter = reapJitter;
    builder.blockTime = blockTime;
    builder.drainGrace = drainGrace;
    builder.interruptGrace = interruptGrace;
    builder.drainInterruptGrace = drainInterruptGrace;
    builder.strictLeases = strictLeases;
    builder.closeOnShutdown = closeOnShutdown;
    builder.attemptLog = attemptLog;
    builder.threads = threads;
    builder.maxCrashes = maxCrashes;
    builder.retention = retention;
    return builder;
  }

  private static void within(String what, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new InvalidHandlerException(
          what + " is " + value + "; it must be " + least + " to " + most);
    }
  }

  /** Builds {@link WorkerOptions}. Not safe for use by several threads. */
  public static final class Builder {
    private @Nullable String name;
    private Duration lease = Duration.ofSeconds(30);
    private Duration extendPeriod = Duration.ofSeconds(10);
    private Duration reapPeriod = Duration.ofSeconds(5);
    private Duration reapJitter = Duration.ofSeconds(1);
    private Duration blockTime = Duration.ofSeconds(2);
    private Duration drainGrace = Duration.ofSeconds(25);
    private Duration interruptGrace = Duration.ofSeconds(5);
    private Duration drainInterruptGrace = Duration.ofMillis(1_500);
    private boolean strictLeases;
    private boolean closeOnShutdown = true;
    private AttemptLog attemptLog = AttemptLog.ALL;
    private Threads threads = Threads.AUTO;
    private int maxCrashes = 3;
    private Retention retention = Retention.STANDARD;

    private Builder() {}

    /** The worker's name, 1 to 128 characters as of a queue. Default: host name and process id. */
    public Builder name(String value) {
      name = Objects.requireNonNull(value, "name");
      return this;
    }

    /** How long a claim stays exclusive without an extension, 100 ms to 12 h. Default 30 s. */
    public Builder lease(Duration value) {
      lease = Objects.requireNonNull(value, "lease");
      return this;
    }

    /** How often leases are extended, 10 ms to a third of the lease. Default 10 s. */
    public Builder extendPeriod(Duration value) {
      extendPeriod = Objects.requireNonNull(value, "extendPeriod");
      return this;
    }

    /** The least time between two reaps of a queue, 50 ms to 10 min. Default 5 s. */
    public Builder reapPeriod(Duration value) {
      reapPeriod = Objects.requireNonNull(value, "reapPeriod");
      return this;
    }

    /** Added to the reap period at random, zero to the period. Default 1 s. */
    public Builder reapJitter(Duration value) {
      reapJitter = Objects.requireNonNull(value, "reapJitter");
      return this;
    }

    /** The longest an idle worker waits before it looks by itself, 100 ms to 5 s. Default 2 s. */
    public Builder blockTime(Duration value) {
      blockTime = Objects.requireNonNull(value, "blockTime");
      return this;
    }

    /** How long running attempts may go on at close, zero to 24 h. Default 25 s. */
    public Builder drainGrace(Duration value) {
      drainGrace = Objects.requireNonNull(value, "drainGrace");
      return this;
    }

    /** How long an attempt may take to end after its timeout, zero to 5 min. Default 5 s. */
    public Builder interruptGrace(Duration value) {
      interruptGrace = Objects.requireNonNull(value, "interruptGrace");
      return this;
    }

    /**
     * How long an attempt may take to end once the drain grace is over, zero to 5 min. Default 1.5
     * s, so that a close takes 29 s at most, less than the 30 s that Kubernetes waits by default.
     */
    public Builder drainInterruptGrace(Duration value) {
      drainInterruptGrace = Objects.requireNonNull(value, "drainInterruptGrace");
      return this;
    }

    /**
     * Whether an outcome that comes after the end of its lease is refused even if nobody has reaped
     * the job. Default false: it is accepted, for the work is done and nobody else has begun it.
     * With true a job that was held too long always runs again, as a crash.
     */
    public Builder strictLeases(boolean value) {
      strictLeases = value;
      return this;
    }

    /** Whether the JVM's shutdown (SIGTERM) closes the worker. Default true. */
    public Builder closeOnShutdown(boolean value) {
      closeOnShutdown = value;
      return this;
    }

    /** Which attempts are logged at INFO when they end. Default all. */
    public Builder attemptLog(AttemptLog value) {
      attemptLog = Objects.requireNonNull(value, "attemptLog");
      return this;
    }

    /** What handlers run on. Default virtual threads where the JVM has them. */
    public Builder threads(Threads value) {
      threads = Objects.requireNonNull(value, "threads");
      return this;
    }

    /** Leases in a row without an outcome that make a job dead, 1 to 100. Default 3. */
    public Builder maxCrashes(int value) {
      maxCrashes = value;
      return this;
    }

    /** How long ended jobs are kept. Default {@link Retention#STANDARD}. */
    public Builder retention(Retention value) {
      retention = Objects.requireNonNull(value, "retention");
      return this;
    }

    /**
     * Builds the options.
     *
     * @throws InvalidHandlerException if a value is out of range
     */
    public WorkerOptions build() {
      return new WorkerOptions(
          name,
          lease,
          extendPeriod,
          reapPeriod,
          reapJitter,
          blockTime,
          drainGrace,
          interruptGrace,
          drainInterruptGrace,
          strictLeases,
          closeOnShutdown,
          attemptLog,
          threads,
          maxCrashes,
          retention);
    }
  }
}
