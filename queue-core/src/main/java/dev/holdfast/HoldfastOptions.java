package dev.holdfast;

import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.Retention;
import dev.holdfast.spi.Codec;
import dev.holdfast.spi.Meters;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a {@link Holdfast}.
 *
 * @param enqueueDeadline how long an enqueue may take in all
 * @param queueBound jobs a queue holds, dead ones not counted, before it is full
 * @param codec what turns payloads into JSON; null: Jackson with strict limits
 * @param meters what counts and times
 * @param clock where stored and shown instants come from
 * @param enqueueInterceptors see every enqueue
 * @param transactionBoundary tells of the caller's transaction
 * @param retention how long jobs that are cancelled from here are kept
 */
public record HoldfastOptions(
    Duration enqueueDeadline,
    long queueBound,
    @Nullable Codec codec,
    Meters meters,
    InstantSource clock,
    List<EnqueueInterceptor> enqueueInterceptors,
    TransactionBoundary transactionBoundary,
    Retention retention) {
  /** The highest bound of a queue. */
  static final long MOST_QUEUE_BOUND = 1_000_000_000L;

  /**
   * Checks the bounds.
   *
   * @throws InvalidHandlerException if one is out of range
   */
  public HoldfastOptions {
    if (enqueueDeadline.compareTo(Duration.ofMillis(50)) < 0
        || enqueueDeadline.compareTo(Duration.ofMinutes(10)) > 0) {
      throw new InvalidHandlerException(
          "enqueueDeadline is " + enqueueDeadline + "; it must be 50 ms to 10 min");
    }
    if (queueBound < 1 || queueBound > MOST_QUEUE_BOUND) {
      throw new InvalidHandlerException(
          "queueBound is " + queueBound + "; it must be 1 to 1,000,000,000");
    }
    Objects.requireNonNull(meters, "meters");
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(transactionBoundary, "transactionBoundary");
    Objects.requireNonNull(retention, "retention");
    enqueueInterceptors = List.copyOf(enqueueInterceptors);
  }

  /** All defaults. */
  public static HoldfastOptions defaults() {
    return builder().build();
  }

  /** A builder with all defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds {@link HoldfastOptions}. Not safe for use by several threads. */
  public static final class Builder {
    private Duration enqueueDeadline = Duration.ofSeconds(3);
    private long queueBound = 10_000_000L;
    private @Nullable Codec codec;
    private Meters meters = Meters.NONE;
    private InstantSource clock = InstantSource.system();
    private final List<EnqueueInterceptor> enqueueInterceptors = new ArrayList<>();
    private TransactionBoundary transactionBoundary = TransactionBoundary.NONE;
    private Retention retention = Retention.STANDARD;

    private Builder() {}

    /** How long an enqueue may take in all, 50 ms to 10 min. Default 3 s. */
    public Builder enqueueDeadline(Duration value) {
      enqueueDeadline = Objects.requireNonNull(value, "enqueueDeadline");
      return this;
    }

    /** Jobs a queue holds before it is full, 1 to 1,000,000,000. Default 10 million. */
    public Builder queueBound(long value) {
      queueBound = value;
      return this;
    }

    /** What turns payloads into JSON. Default Jackson with strict limits. */
    public Builder codec(Codec value) {
      codec = Objects.requireNonNull(value, "codec");
      return this;
    }

    /** What counts and times. Default nothing. */
    public Builder meters(Meters value) {
      meters = Objects.requireNonNull(value, "meters");
      return this;
    }

    /** Where stored and shown instants come from. Default the system's clock. */
    public Builder clock(InstantSource value) {
      clock = Objects.requireNonNull(value, "clock");
      return this;
    }

    /** Adds an interceptor, called after those added before. Default none. */
    public Builder enqueueInterceptor(EnqueueInterceptor value) {
      enqueueInterceptors.add(Objects.requireNonNull(value, "enqueueInterceptor"));
      return this;
    }

    /** Tells of the caller's transaction. Default none. */
    public Builder transactionBoundary(TransactionBoundary value) {
      transactionBoundary = Objects.requireNonNull(value, "transactionBoundary");
      return this;
    }

    /** How long jobs that are cancelled from here are kept. Default {@link Retention#STANDARD}. */
    public Builder retention(Retention value) {
      retention = Objects.requireNonNull(value, "retention");
      return this;
    }

    /**
     * Builds the options.
     *
     * @throws InvalidHandlerException if a value is out of range
     */
    public HoldfastOptions build() {
      return new HoldfastOptions(
          enqueueDeadline,
          queueBound,
          codec,
          meters,
          clock,
          enqueueInterceptors,
          transactionBoundary,
          retention);
    }
  }
}
