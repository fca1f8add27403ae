package dev.holdfast.testkit;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.testkit.FaultyEngine.Call;
import dev.holdfast.testkit.FaultyEngine.Fault;
import dev.holdfast.testkit.FaultyEngine.InjectedFault;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decides which call goes wrong and how, and counts. Safe for use by many threads. */
final class FaultDice {
  // Odd, far apart: no two calls of one seed draw from the same place.
  private static final long BY_CALL = 0x9E3779B97F4A7C15L;
  private static final long BY_NUMBER = 0xD1B54A32D192ED03L;

  private final long seed;
  private final Map<Call, Side> sides = new EnumMap<>(Call.class);
  private volatile boolean calm;

  /** One kind of call: how often it goes wrong, and how often it did. */
  private static final class Side {
    final Map<Fault, Double> rates;
    final AtomicLong calls = new AtomicLong();
    final Map<Fault, AtomicLong> injected = new EnumMap<>(Fault.class);

    Side(Map<Fault, Double> rates) {
      this.rates = new EnumMap<>(rates);
      rates.keySet().forEach(fault -> injected.put(fault, new AtomicLong()));
    }
  }

  /**
   * Creates dice.
   *
   * @param rates for every kind of call the rate of every fault
   */
  FaultDice(long seed, Map<Call, Map<Fault, Double>> rates) {
    this.seed = seed;
    rates.forEach((call, of) -> sides.put(call, new Side(of)));
  }

  long seed() {
    return seed;
  }

  void calm(boolean now) {
    calm = now;
  }

  long calls(Call call) {
    return side(call).calls.get();
  }

  long injected(Call call, Fault fault) {
    return Objects.requireNonNull(side(call).injected.get(fault)).get();
  }

  private Side side(Call call) {
    return Objects.requireNonNull(sides.get(call));
  }

  /**
   * What becomes of the next call of a kind.
   *
   * @param about what it is called on, for the message: " of queue mail"; may be empty
   * @return null if all goes well
   */
  @Nullable InjectedFault roll(Call call, String about) {
    if (calm) {
      return null;
    }
    Side side = side(call);
    long number = side.calls.incrementAndGet();
    long place = seed + BY_CALL * call.name().hashCode() + BY_NUMBER * number;
    double drawn = new SplittableRandom(place).nextDouble();
    for (Map.Entry<Fault, Double> rate : side.rates.entrySet()) {
      drawn -= rate.getValue();
      if (drawn < 0) {
        Fault fault = rate.getKey();
        Objects.requireNonNull(side.injected.get(fault)).incrementAndGet();
        return new InjectedFault(call, fault, message(call, fault, about, number));
      }
    }
    return null;
  }

  private String message(Call call, Fault fault, String about, long number) {
    String happened =
        switch (fault) {
          case ERROR_BEFORE -> "was not sent: nothing was done";
          case LOST_REPLY -> "got no answer: it was executed";
          case EXHAUSTED -> "was refused, the engine is full or overloaded: nothing was done";
        };
    return name(call)
        + about
        + " "
        + happened
        + " (injected: "
        + fault
        + ", seed "
        + seed
        + ", "
        + name(call)
        + " number "
        + number
        + ")";
  }

  private static String name(Call call) {
    return call.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Makes a call that goes wrong as drawn. */
  <T> T call(Call call, String about, Supplier<T> made) {
    return call(call, about, made, result -> {});
  }

  /**
   * Makes a call that goes wrong as drawn.
   *
   * @param undo closes what was opened, if nobody gets to know of it
   */
  <T> T call(Call call, String about, Supplier<T> made, Consumer<T> undo) {
    InjectedFault drawn = roll(call, about);
    if (drawn == null) {
      return made.get();
    }
    if (drawn.fault() == Fault.LOST_REPLY) {
      undo.accept(made.get());
    }
    throw unavailable(drawn);
  }

  /** As {@link #call(Call, String, Supplier)}, of a call that answers later. */
  <T> CompletableFuture<T> later(Call call, String about, Supplier<CompletableFuture<T>> made) {
    InjectedFault drawn = roll(call, about);
    if (drawn == null) {
      return made.get();
    }
    EngineUnavailableException thrown = unavailable(drawn);
    return drawn.fault() == Fault.LOST_REPLY
        ? lost(made.get(), thrown)
        : CompletableFuture.failedFuture(thrown);
  }

  /** Fails with the exception once the answer is there; an answer that failed fails as it did. */
  static <T> CompletableFuture<T> lost(CompletableFuture<T> answer, HoldfastException thrown) {
    return answer.thenCompose(reply -> CompletableFuture.failedFuture(thrown));
  }

  static EngineUnavailableException unavailable(InjectedFault drawn) {
    return new EngineUnavailableException(drawn.getMessage(), drawn);
  }

  /** Whether an exception was injected. */
  static boolean isInjected(@Nullable Throwable thrown) {
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      if (at instanceof InjectedFault) {
        return true;
      }
    }
    return false;
  }

  String report() {
    StringBuilder report = new StringBuilder("faults of seed ").append(seed);
    for (Call call : Call.values()) {
      if (calls(call) > 0) {
        report.append("\n  ").append(name(call)).append(": ");
        long all = 0;
        StringBuilder ways = new StringBuilder();
        for (Fault fault : Fault.values()) {
          long count = injected(call, fault);
          all += count;
          ways.append(ways.isEmpty() ? "" : ", ").append(fault).append(' ').append(count);
        }
        report.append(all).append(" of ").append(calls(call)).append(" (").append(ways).append(')');
      }
    }
    return report.toString();
  }
}
