package dev.holdfast.flow;

import dev.holdfast.job.Failure;
import dev.holdfast.job.JobId;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Codec;
import dev.holdfast.spi.Runs;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a run needs of the worker that leads it. Public for the worker alone. Safe for use by many
 * threads.
 */
public interface RunHost {
  /** The run. */
  JobId id();

  /** Which attempt of the job this is, from 1. */
  int attempt();

  /** When it was enqueued. */
  Instant enqueuedAt();

  /** The headers it was enqueued with. */
  Map<String, String> headers();

  /** What it hands on to what it enqueues. */
  Outlet.Carried carried();

  /** Writes entries if the claim stands. */
  CompletableFuture<Runs.AppendReply> append(Append append);

  /** An append was refused: the claim no longer stands. */
  void leaseGone();

  /** Whether the claim was lost. */
  boolean leaseLost();

  /** Whether somebody is known to have asked that the run ends. */
  boolean cancelRequested();

  /** Whether a drain has interrupted the attempt. */
  boolean drained();

  /** Whether the attempt's timeout has passed. */
  boolean timedOut();

  /** What outcomes are written and read with. */
  Codec codec();

  /** Reads a message. */
  Mail mail(byte[] bytes);

  /** Reads the failure of an encoded attempt. */
  Failure failure(byte[] attempt);

  /** Whether events end the run that its payload's class names: then every message wakes it. */
  boolean cancelsByEvents();

  /** Whether this event ends it. */
  boolean cancelledBy(Mail.EventCame event);

  /**
   * Where it enqueues and publishes.
   *
   * @throws IllegalStateException if the worker has none
   */
  Outlet outlet();

  /** The worker's clock. */
  InstantSource clock();

  /** For the jitter of waits. */
  RandomGenerator random();

  /** Runs a branch on a thread of its own; calls {@code refused} if there is none. */
  void execute(Runnable branch, Consumer<Throwable> refused);

  /** Notes how far the run is. */
  void progress(double fraction, @Nullable String note);

  /** Adds a line to the run's log. */
  void log(String line);
}
