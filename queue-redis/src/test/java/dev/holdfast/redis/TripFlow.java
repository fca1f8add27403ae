package dev.holdfast.redis;

import dev.holdfast.event.Event;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.StepContext;
import dev.holdfast.flow.Steps;
import dev.holdfast.flow.Wait;
import dev.holdfast.job.LeaseLostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * Goes through its steps, two of them side by side, sleeps, waits for a {@link Signal}, and writes
 * what it does into the history: CALL when it is called, EFFECT what the code of a step did, AT the
 * point where it stays, LEFT when it goes on from there, REFUSED when it is told that its claim is
 * lost.
 */
public final class TripFlow implements FlowHandler<Trip, String> {
  /** The keys of the steps that run code. */
  public static final List<String> CODE =
      List.of("first", "second", "both/left", "both/right", "last");

  private static final int SECOND_GATE = 1_000;
  private static final long LOOK = Duration.ofMillis(5).toNanos();

  private final History history;
  private final String pid = "pid=" + ProcessHandle.current().pid() + " ";

  TripFlow(History history) {
    this.history = history;
  }

  @Override
  public String run(Steps steps, Trip trip) throws Exception {
    history.add("CALL", trip.number(), pid);
    try {
      return walk(steps, trip);
    } catch (LeaseLostException e) {
      history.add("REFUSED", trip.number(), pid);
      throw e;
    }
  }

  private String walk(Steps steps, Trip trip) throws InterruptedException {
    for (String step : List.of("first", "second")) {
      steps.run(step, String.class, context -> effect(trip, step, context));
    }
    stay(trip, "between");
    steps.parallel(
        "both",
        both -> {
          for (String step : List.of("left", "right")) {
            both.run(step, String.class, context -> effect(trip, step, context));
          }
        });
    steps.sleep("nap", Duration.ofMillis(trip.napMs()));
    Optional<Event<Signal>> heard =
        steps.waitFor(
            "signal",
            Wait.on(Signal.class)
                .key(Integer.toString(trip.number()))
                .within(Duration.ofMinutes(10)));
    steps.run("last", String.class, context -> effect(trip, "last", context));
    return heard.map(signal -> signal.payload().text()).orElse("nothing");
  }

  /** The recorded value tells which process recorded it. */
  private String effect(Trip trip, String step, StepContext context) throws InterruptedException {
    stay(trip, step + ":before");
    history.add(
        "EFFECT",
        trip.number(),
        step + " " + pid + "attempt=" + context.attempt() + " key=" + context.idempotencyKey());
    stay(trip, step + ":after");
    return pid.strip();
  }

  private void stay(Trip trip, String point) throws InterruptedException {
    if (!trip.stops().contains(point)) {
      return;
    }
    history.add("AT", trip.number(), point + " " + pid);
    long times = history.count("AT " + trip.number() + " " + point);
    if (trip.gates()) {
      awaitGate(trip.number() + (times == 1 ? 0 : SECOND_GATE));
    } else if (times == 1) {
      new CountDownLatch(1).await();
    }
    history.add("LEFT", trip.number(), point + " " + pid);
  }

  /** Does not heed interrupts, as much real code does not. */
  private void awaitGate(int number) {
    while (!history.gateIsOpen(number)) {
      LockSupport.parkNanos(LOOK);
      boolean unheeded = Thread.interrupted();
      if (unheeded) {
        history.add("UNHEEDED", number, pid);
      }
    }
  }
}
