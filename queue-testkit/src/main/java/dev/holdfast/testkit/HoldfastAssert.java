package dev.holdfast.testkit;

import dev.holdfast.Holdfast;
import dev.holdfast.job.JobId;
import java.time.Duration;
import org.assertj.core.api.AbstractAssert;

/** Chooses what of a {@link Holdfast} is asserted on. */
public final class HoldfastAssert extends AbstractAssert<HoldfastAssert, Holdfast> {
  private final Patience patience;

  HoldfastAssert(Holdfast actual, Patience patience) {
    super(actual, HoldfastAssert.class);
    this.patience = patience;
  }

  /** Lets each step that follows wait until it is true, 10 s of real time at most. */
  public HoldfastAssert eventually() {
    return within(Patience.STANDARD);
  }

  /**
   * Lets each step that follows wait until it is true, so long at most.
   *
   * @param time of real time, 0 to 1 h
   * @throws IllegalArgumentException if it is out of range
   */
  public HoldfastAssert within(Duration time) {
    return new HoldfastAssert(actual, new Patience(time));
  }

  /** One job. */
  public JobAssert job(JobId id) {
    isNotNull();
    return new JobAssert(actual, id, patience);
  }

  /**
   * One queue.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is no queue name
   */
  public QueueAssert queue(String name) {
    isNotNull();
    return new QueueAssert(actual.queue(name), patience);
  }

  /**
   * The dead letters of one queue.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is no queue name
   */
  public DeadLettersAssert deadLetters(String queue) {
    isNotNull();
    return new DeadLettersAssert(queue, actual.deadLetters(queue), patience);
  }
}
