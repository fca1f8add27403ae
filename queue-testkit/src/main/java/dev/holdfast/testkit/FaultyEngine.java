package dev.holdfast.testkit;

import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Intake;
import dev.holdfast.spi.Locks;
import dev.holdfast.spi.Runs;
import dev.holdfast.spi.Ticking;
import dev.holdfast.spi.Topics;
import dev.holdfast.spi.Upkeep;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Another engine whose calls go wrong now and then, as those of a store behind a network do: for
 * tests of what a worker, and your own code, make of it.
 *
 * <pre>{@code
 * FaultyEngine engine = FaultyEngine.around(InMemoryEngine.create()).seed(42).rate(0.05).build();
 * }</pre>
 *
 * <p>An injected fault is an exception that the seam documents for that call, and nothing else;
 * {@link Fault} says which. Its message names the seed and the number of the call, and its cause is
 * an {@link InjectedFault}. Whether the n-th call of a kind goes wrong follows from the seed alone,
 * whatever other calls come in between; of a list of jobs that is enqueued each job is a call of
 * its own.
 *
 * <p>Safe for use by many threads. Closing it closes the engine it is around.
 */
public final class FaultyEngine implements Engine {
  /** The system property that {@link #ifAsked} reads. */
  public static final String PROPERTY = "holdfast.testkit.faults";

  /** More would make callers that repeat their calls do little else. */
  private static final double MOST_ASKED = 0.5;

  private final Engine engine;
  private final FaultDice dice;
  private final Intake intake;
  private final Claiming claiming;
  private final Upkeep upkeep;
  private final Control control;
  private final Ticking ticking;
  private final Runs runs;
  private final Topics topics;
  private final Locks locks;

  private FaultyEngine(Engine engine, FaultDice dice) {
    this.engine = engine;
    this.dice = dice;
    this.intake = new FaultyIntake(engine.intake(), dice);
    this.claiming = new FaultyClaiming(engine.claiming(), dice);
    this.upkeep = new FaultyUpkeep(engine.upkeep(), dice);
    this.control = new FaultyControl(engine.control(), dice);
    this.ticking = new FaultyTicking(engine.ticking(), dice);
    this.runs = new FaultyRuns(engine, dice);
    this.topics = new FaultyTopics(engine, dice);
    this.locks = new FaultyLocks(engine.locks(), dice);
  }

  /** Begins an engine around another one, which it takes over. */
  public static Builder around(Engine engine) {
    return new Builder(engine);
  }

  /**
   * Makes an engine faulty if the system property {@value #PROPERTY} asks for it; else gives it
   * back as it is. The property is a seed and a percentage, such as {@code 42:5}. So a suite that
   * runs well can run a second time under faults, and must run as well.
   *
   * <p>Faults hit everything a worker does. The calls of the test itself (enqueue, status, redrive
   * and so on) are hit too and repeated until they are answered, as a patient caller would; an act
   * whose answer tells what it changed, such as cancel, loses no answer.
   *
   * @throws IllegalArgumentException if the property is no seed and percentage, or more than 50 %
   */
  public static Engine ifAsked(Engine engine) {
    String asked = System.getProperty(PROPERTY, "");
    if (asked.isBlank()) {
      return engine;
    }
    String[] parts = asked.strip().split(":", -1);
    try {
      double rate = parts.length == 2 ? Double.parseDouble(parts[1]) / 100 : 1;
      if (rate <= MOST_ASKED) {
        Builder builder = around(engine).seed(Long.parseLong(parts[0])).rate(rate);
        RepeatingEngine.TELLING.forEach(call -> builder.rate(call, Fault.LOST_REPLY, 0));
        return new RepeatingEngine(builder.build());
      }
    } catch (NumberFormatException e) {
      throw refused(asked, e);
    }
    throw refused(asked, null);
  }

  private static IllegalArgumentException refused(
      String asked, @Nullable NumberFormatException cause) {
    return new IllegalArgumentException(
        "system property "
            + PROPERTY
            + " is \""
            + asked
            + "\"; it must be a seed and a percentage up to 50,"
            + " such as 42:5",
        cause);
  }

  /** How many faults were injected. */
  public long injected() {
    long sum = 0;
    for (Call call : Call.values()) {
      sum += injected(call);
    }
    return sum;
  }

  /** How many calls of a kind went wrong. */
  public long injected(Call call) {
    long sum = 0;
    for (Fault fault : Fault.values()) {
      sum += injected(call, fault);
    }
    return sum;
  }

  /** How many calls of a kind went wrong in one way. */
  public long injected(Call call, Fault fault) {
    return dice.injected(call, fault);
  }

  /** How many calls of a kind were made, faulty ones included, calm ones left out. */
  public long calls(Call call) {
    return dice.calls(call);
  }

  /** The seed, and for each kind of call that was made how often it went wrong, and how. */
  public String report() {
    return dice.report();
  }

  /**
   * Stops injecting, or goes on: to arrange a test and to assert in peace. Calls made meanwhile are
   * not counted.
   */
  public void calm(boolean calm) {
    dice.calm(calm);
  }

  @Override
  public Intake intake() {
    return intake;
  }

  @Override
  public Claiming claiming() {
    return claiming;
  }

  @Override
  public Bells openBells(String worker) {
    Bells bells = dice.call(Call.OPEN_BELLS, "", () -> engine.openBells(worker), Bells::close);
    return new FaultyBells(bells, dice);
  }

  @Override
  public Upkeep upkeep() {
    return upkeep;
  }

  @Override
  public Control control() {
    return control;
  }

  @Override
  public Ticking ticking() {
    return ticking;
  }

  @Override
  public Runs runs() {
    return runs;
  }

  @Override
  public Topics topics() {
    return topics;
  }

  @Override
  public Locks locks() {
    return locks;
  }

  @Override
  public Duration reconnectCap() {
    return engine.reconnectCap();
  }

  @Override
  public String describe() {
    return engine.describe() + ", with faults of seed " + dice.seed();
  }

  @Override
  public void close() {
    engine.close();
  }

  /** How a call goes wrong. */
  public enum Fault {
    /**
     * Nothing is executed, and the caller gets {@code EngineUnavailableException}: the connection
     * was refused.
     */
    ERROR_BEFORE,
    /**
     * The call is executed, and its answer lost: the caller gets {@code OutcomeUnknownException}
     * for an enqueue, {@code EngineUnavailableException} for any other call. What was opened is
     * closed again, and a bell's token is gone.
     */
    LOST_REPLY,
    /**
     * Nothing is executed, because the store is out of memory or overloaded: {@code
     * QueueFullException} for an enqueue, {@code EngineUnavailableException} for any other call.
     */
    EXHAUSTED
  }

  /** The calls of the engine seam that can go wrong. */
  public enum Call {
    /** {@code Intake.enqueue}: each job of the list counts. */
    ENQUEUE,
    /** {@code Claiming.open}. */
    OPEN,
    /** {@code Claiming.turn}. */
    TURN,
    /** {@code Claiming.extend}. */
    EXTEND,
    /** {@code Claiming.note}. */
    NOTE,
    /** {@code Claiming.leave}. */
    LEAVE,
    /** {@code Claiming.onCancel}. */
    ON_CANCEL,
    /** {@code Engine.openBells}. */
    OPEN_BELLS,
    /** {@code Bells.await}. */
    AWAIT,
    /** {@code Bells.ring}. */
    RING,
    /** {@code Upkeep.reap}. */
    REAP,
    /** {@code Upkeep.tidy}. */
    TIDY,
    /** {@code Control.find}. */
    FIND,
    /** {@code Control.list}. */
    LIST,
    /** {@code Control.stats}. */
    STATS,
    /** {@code Control.cancel}. */
    CANCEL,
    /** {@code Control.redrive}. */
    REDRIVE,
    /** {@code Control.reschedule}. */
    RESCHEDULE,
    /** {@code Control.runNow}. */
    RUN_NOW,
    /** {@code Control.prioritize}. */
    PRIORITIZE,
    /** {@code Control.delete}. */
    DELETE,
    /** {@code Control.deleteDead}. */
    DELETE_DEAD,
    /** {@code Control.purge}. */
    PURGE,
    /** {@code Control.pause}. */
    PAUSE,
    /** {@code Control.changeBound}. */
    CHANGE_BOUND,
    /** {@code Control.bound}. */
    BOUND,
    /** {@code Control.limit}. */
    LIMIT,
    /** {@code Control.pauseType}. */
    PAUSE_TYPE,
    /** {@code Control.limits}. */
    LIMITS,
    /** {@code Ticking.enlist} and {@code enlisted}. */
    ENLIST,
    /** {@code Ticking.find} and {@code list}. */
    FIND_SCHEDULES,
    /** {@code Ticking.write}. */
    WRITE_SCHEDULE,
    /** {@code Ticking.remove}. */
    DROP_SCHEDULE,
    /** {@code Ticking.due}. */
    DUE_TICKS,
    /** {@code Ticking.fire}. */
    FIRE,
    /** {@code Runs.read}. */
    READ_RUN,
    /** {@code Runs.append}. */
    APPEND,
    /** {@code Runs.deliver}. */
    DELIVER,
    /** {@code Runs.spread}. */
    SPREAD,
    /** {@code Runs.ended}. */
    ENDED,
    /** {@code Runs.told}. */
    TOLD,
    /** {@code Runs.fork}. */
    FORK,
    /** {@code Topics.subscribe}. */
    SUBSCRIBE,
    /** {@code Topics.unsubscribe}. */
    UNSUBSCRIBE,
    /** {@code Topics.subscribers}. */
    SUBSCRIBERS,
    /** {@code Locks.lock}. */
    LOCK,
    /** {@code Locks.extend}. */
    EXTEND_LOCK,
    /** {@code Locks.unlock}. */
    UNLOCK
  }

  /** The cause of every exception that was injected. */
  public static final class InjectedFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Call call;
    private final Fault fault;
    private final String happened;

    InjectedFault(Call call, Fault fault, String happened) {
      super(happened);
      this.happened = happened;
      this.call = call;
      this.fault = fault;
    }

    /** What was called. */
    public Call call() {
      return call;
    }

    /** What went wrong. */
    public Fault fault() {
      return fault;
    }

    /** What was called on what, what happened, the seed and the number of the call. */
    @Override
    public String getMessage() {
      return happened;
    }
  }

  /** Collects what a faulty engine is made of. Not safe for use by several threads. */
  public static final class Builder {
    private static final double STANDARD = 0.05;

    /** One, and room for what adding thirds of it may round up. */
    private static final double MOST = 1.000001;

    private final Engine engine;
    private final Map<Call, Map<Fault, Double>> rates = new EnumMap<>(Call.class);
    private long seed;

    private Builder(Engine engine) {
      this.engine = Objects.requireNonNull(engine, "engine");
      rate(STANDARD);
    }

    /** Sets what the faults follow from. Default 0. */
    public Builder seed(long newSeed) {
      seed = newSeed;
      return this;
    }

    /**
     * Sets how often any call goes wrong, each way a third of it. Default 0.05.
     *
     * @param rate 0 to 1
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder rate(double rate) {
      for (Call call : Call.values()) {
        rate(call, rate);
      }
      return this;
    }

    /**
     * Sets how often one kind of call goes wrong, each way a third of it. Default as for any call.
     *
     * @param rate 0 to 1
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder rate(Call call, double rate) {
      Objects.requireNonNull(call, "call");
      double part = checked(rate) / Fault.values().length;
      Map<Fault, Double> parts = new EnumMap<>(Fault.class);
      for (Fault fault : Fault.values()) {
        parts.put(fault, part);
      }
      rates.put(call, parts);
      return this;
    }

    /**
     * Sets how often one kind of call goes wrong in one way. Default a third of the call's rate.
     *
     * @param rate 0 to 1
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder rate(Call call, Fault fault, double rate) {
      Objects.requireNonNull(call, "call");
      Objects.requireNonNull(fault, "fault");
      double part = checked(rate);
      rates.computeIfPresent(
          call,
          (same, parts) -> {
            parts.put(fault, part);
            return parts;
          });
      return this;
    }

    private static double checked(double rate) {
      if (!(rate >= 0 && rate <= 1)) {
        throw new IllegalArgumentException("rate is " + rate + "; it must be 0 to 1");
      }
      return rate;
    }

    /**
     * Makes the engine.
     *
     * @throws IllegalArgumentException if the rates of a call add up to more than 1
     */
    public FaultyEngine build() {
      rates.forEach(
          (call, parts) -> {
            double sum = parts.values().stream().mapToDouble(Double::doubleValue).sum();
            if (sum > MOST) {
              throw new IllegalArgumentException(
                  "the rates of " + call + " add up to " + sum + "; at most 1 is possible");
            }
          });
      return new FaultyEngine(engine, new FaultDice(seed, rates));
    }
  }
}
