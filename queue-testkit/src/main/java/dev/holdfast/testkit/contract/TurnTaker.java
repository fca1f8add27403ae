package dev.holdfast.testkit.contract;

import dev.holdfast.job.Retention;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A consumer as a test drives it: each call takes a turn, its number one higher than the last. Not
 * safe for use by several threads.
 */
public final class TurnTaker {
  /** The lease of a claim unless {@link #lease(Duration)} is called: 30 s. */
  public static final Duration LEASE = Duration.ofSeconds(30);

  private final Engine engine;
  private final QueueRef queue;
  private final String consumer;
  private long number;
  private Duration lease = LEASE;
  private Duration watchTerm = Duration.ZERO;
  private boolean suspects = true;
  private boolean strict;
  private Retention retention = Retention.STANDARD;

  TurnTaker(Engine engine, QueueRef queue, String consumer) {
    this.engine = engine;
    this.queue = queue;
    this.consumer = consumer;
  }

  /** Sets the lease of later claims. */
  public TurnTaker lease(Duration value) {
    lease = value;
    return this;
  }

  /** Sets the term of the watch over due times; zero, the default, leaves the watch alone. */
  public TurnTaker watchTerm(Duration value) {
    watchTerm = value;
    return this;
  }

  /** Sets whether a turn may claim a suspect; it may by default. */
  public TurnTaker suspects(boolean value) {
    suspects = value;
    return this;
  }

  /** Sets whether outcomes after the end of their leases are refused; they are not by default. */
  public TurnTaker strict(boolean value) {
    strict = value;
    return this;
  }

  /** Sets how long ended jobs are kept. */
  public TurnTaker retention(Retention value) {
    retention = value;
    return this;
  }

  /** The consumer's name. */
  public String consumer() {
    return consumer;
  }

  /** The number of the last turn. */
  public long number() {
    return number;
  }

  /** Makes the next turn the one with this number. */
  public TurnTaker nextNumber(long value) {
    number = value - 1;
    return this;
  }

  /** Makes the next turn one that starts at the high lane. */
  public TurnTaker nextStartsHigh() {
    number += 16 - number % 16;
    return this;
  }

  /** Takes a turn. */
  public TurnReply turn(int room, Settlement... settlements) {
    number++;
    return send(number, false, List.of(), room, settlements);
  }

  /** Sends the last turn again, as after an answer that was lost. */
  public TurnReply repeat(List<String> held, int room, Settlement... settlements) {
    return send(number, true, held, room, settlements);
  }

  /** Sends a turn with a number of its own; the count of this taker stays. */
  public TurnReply send(
      long turn, boolean repeat, List<String> held, int room, Settlement... settlements) {
    return engine
        .claiming()
        .turn(
            new Turn(
                queue,
                consumer,
                turn,
                repeat,
                held,
                Arrays.asList(settlements),
                room,
                suspects,
                lease,
                watchTerm,
                retention,
                strict));
  }

  /** Claims up to so many jobs. */
  public List<Claim> claim(int room) {
    return turn(room).claims();
  }

  /** Claims one job, which must be there. */
  public Claim claimOne() {
    List<Claim> claims = claim(1);
    if (claims.size() != 1) {
      throw new AssertionError(
          consumer + " claimed " + claims.size() + " jobs from " + queue + " where 1 was ready");
    }
    return claims.get(0);
  }

  /** Settles a claim. */
  public Settled settle(Claim claim, Outcome outcome) {
    return turn(0, new Settlement(claim.held(), outcome)).settled().get(0);
  }
}
