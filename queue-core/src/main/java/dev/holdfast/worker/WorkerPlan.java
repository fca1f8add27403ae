package dev.holdfast.worker;

import dev.holdfast.flow.Outlet;
import dev.holdfast.json.EnvelopeJson;
import dev.holdfast.spi.Codec;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Meters;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a worker is made of, as the door collected it.
 *
 * @param engine where jobs are claimed
 * @param codec what payloads, results and cursors are read and written with
 * @param envelopes what envelopes are read with
 * @param meters what counts and times
 * @param clock where stored and shown instants come from
 * @param options the worker's settings
 * @param handlers its handlers; not changed any more
 * @param shares queues that share slots; empty: the handlers' own queues, 10 slots each
 * @param interceptors around every attempt, the outermost first
 * @param queueBound how many jobs a queue may hold before ticks of schedules wait for room
 * @param declaration declares the schedules of the application; null: there are none to declare
 * @param outlet where runs enqueue jobs and publish events
 */
public record WorkerPlan(
    Engine engine,
    Codec codec,
    EnvelopeJson envelopes,
    Meters meters,
    InstantSource clock,
    WorkerOptions options,
    Handlers handlers,
    List<Share> shares,
    List<AttemptInterceptor> interceptors,
    long queueBound,
    @Nullable Runnable declaration,
    Outlet outlet) {

  /** Copies the lists. */
  public WorkerPlan {
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(outlet, "outlet");
    shares = List.copyOf(shares);
    interceptors = List.copyOf(interceptors);
  }

  /**
   * Queues that share slots.
   *
   * @param order the queues and how to choose between them
   * @param slots attempts at once, 1 to 10,000
   */
  public record Share(QueueOrder order, int slots) {}
}
