package dev.holdfast.spi;

import dev.holdfast.job.Retention;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A worker's one round trip: outcomes go in, due jobs are promoted, jobs are claimed, and the
 * caller learns what to do next.
 *
 * <p>One consumer has one turn in flight. Its number rises by one a turn. A turn whose answer was
 * lost is sent again with the same number and {@code repeat}: outcomes are repeated by (key,
 * token), nothing is claimed, and what this number claimed comes back as claims, with whatever else
 * the consumer holds by the engine's books and does not name in {@code held}, so that none is lost
 * with the answer. They come in the order they were claimed. One that would bring the envelopes of
 * an answer above 1 MiB is left out, unless it is the first.
 *
 * @param queue the queue
 * @param consumer who asks: a group of at most 128 slots
 * @param number the turn's number, from 1
 * @param repeat whether this number may have been sent before
 * @param held keys of the jobs the consumer knows it holds, those being settled included; read only
 *     when the engine has seen the number
 * @param settlements outcomes, at most 100
 * @param room how many jobs to claim at most, 0 to 128
 * @param suspects whether one of them may be a suspect
 * @param lease how long a claim stays exclusive
 * @param watchTerm how long the watch over due times lasts if this consumer takes it
 * @param retention how long ended jobs are kept
 * @param strict whether an outcome that comes after the end of its lease is refused even if nobody
 *     has reaped the job; else it is accepted
 */
public record Turn(
    QueueRef queue,
    String consumer,
    long number,
    boolean repeat,
    List<String> held,
    List<Settlement> settlements,
    int room,
    boolean suspects,
    Duration lease,
    Duration watchTerm,
    Retention retention,
    boolean strict) {

  /** The most outcomes, and the most claims, of one call. */
  public static final int MOST = 100;

  /** A turn that is not strict. */
  public Turn(
      QueueRef queue,
      String consumer,
      long number,
      boolean repeat,
      List<String> held,
      List<Settlement> settlements,
      int room,
      boolean suspects,
      Duration lease,
      Duration watchTerm,
      Retention retention) {
    this(
        queue,
        consumer,
        number,
        repeat,
        held,
        settlements,
        room,
        suspects,
        lease,
        watchTerm,
        retention,
        false);
  }

  /** Copies the lists. */
  public Turn {
    Objects.requireNonNull(queue, "queue");
    Objects.requireNonNull(consumer, "consumer");
    held = List.copyOf(held);
    settlements = List.copyOf(settlements);
    if (settlements.size() > MOST) {
      throw new IllegalArgumentException(
          settlements.size() + " outcomes in a turn; at most " + MOST);
    }
  }
}
