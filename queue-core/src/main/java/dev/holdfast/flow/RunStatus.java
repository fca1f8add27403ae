package dev.holdfast.flow;

import dev.holdfast.job.Failure;
import dev.holdfast.job.JobStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a run stands.
 *
 * @param job how its job stands; {@code WAITING} while the run is suspended
 * @param version the version of the flow it began with; "" before its first attempt
 * @param steps what it has recorded, in the order the steps were first recorded
 * @param waiting what it waits for, if it is suspended
 * @param messages how many messages it was sent: events, and ends of jobs it waits for
 * @param bytes how large its journal is, as far as limits count it
 */
public record RunStatus(
    JobStatus job,
    String version,
    List<StepStatus> steps,
    List<Waiting> waiting,
    int messages,
    long bytes) {

  /** Copies the lists. */
  public RunStatus {
    steps = List.copyOf(steps);
    waiting = List.copyOf(waiting);
  }

  /** The step of a key; empty if it has recorded nothing. */
  public Optional<StepStatus> step(String key) {
    return steps.stream().filter(step -> step.key().equals(key)).findFirst();
  }

  /** When it wakes by itself; empty if it waits for messages only, or not at all. */
  public Optional<Instant> wakeAt() {
    return waiting.stream().map(Waiting::until).filter(i -> i != null).min(Instant::compareTo);
  }

  /**
   * One step.
   *
   * @param key scope, name and occurrence
   * @param kind what it is
   * @param state how far it is
   * @param attempts how many failed attempts were recorded, and one if it succeeded
   * @param at when it was recorded last
   * @param value its value as JSON, or null
   * @param failure its last failure, or null
   */
  public record StepStatus(
      String key,
      Kind kind,
      State state,
      int attempts,
      Instant at,
      @Nullable String value,
      @Nullable Failure failure) {}

  /** The kinds of steps. */
  public enum Kind {
    /** Code that was run. */
    RUN,
    /** A sleep. */
    SLEEP,
    /** A wait for an event. */
    WAIT,
    /** A job it enqueued. */
    ENQUEUE,
    /** A job it enqueued, and waits for. */
    CALL,
    /** An event it published. */
    PUBLISH,
    /** A question whether code has changed. */
    CHANGED,
    /** Which of several branches was first. */
    ANY
  }

  /** How far a step is. */
  public enum State {
    /** It waits: for its retry, its instant, its event or its job; or its attempt was cut short. */
    PENDING,
    /** Its outcome is recorded. */
    DONE,
    /** It has failed for good. */
    FAILED
  }

  /**
   * What a suspended run waits for.
   *
   * @param step the key of the step that waits
   * @param what in words, for people: "event billing.subscribed of key 7"
   * @param until when it ends by itself, or null
   */
  public record Waiting(String step, String what, @Nullable Instant until) {}
}
