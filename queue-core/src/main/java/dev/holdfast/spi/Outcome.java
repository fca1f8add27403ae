package dev.holdfast.spi;

import dev.holdfast.job.StateReason;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of a claim, as a worker reports it. The worker decides (it knows the handler's
 * policy); the engine writes, if the claim still stands.
 *
 * <p>An asked-for cancel turns every outcome into cancelled but {@link Succeeded}, {@link
 * Discarded}, {@link Suspended} and a {@link Buried} that no failure caused (reason BURIED,
 * MALFORMED or UNKNOWN_TYPE). A run that has written something and is {@link Released} goes back to
 * its lane: its next worker is told.
 */
public sealed interface Outcome {
  /**
   * It succeeded: the body goes, the history is kept for a while.
   *
   * @param result the encoded result to keep, or null
   */
  record Succeeded(byte @Nullable [] result) implements Outcome {}

  /**
   * It failed and is attempted again. Failures + 1, crashes 0.
   *
   * @param delay the wait, from the engine's clock
   * @param reason RETRY or TIMEOUT
   * @param attempt the encoded attempt for the history
   */
  record Retry(Duration delay, StateReason reason, byte[] attempt) implements Outcome {}

  /**
   * Its handler asked to be called later. Snoozes + 1, crashes 0.
   *
   * @param delay the wait, from the engine's clock
   */
  record Snoozed(Duration delay) implements Outcome {}

  /**
   * A run that waits and holds nothing meanwhile. Its entries are written first, in the same step.
   * Crashes 0; no other counter is raised. It becomes ready at the earlier of both instants, or
   * when it has been sent so many messages; at once if it has, or if a cancel was asked for that it
   * does not know of. A newer job of its keep-latest key does not end it.
   *
   * <p>Meanwhile it is WAITING and counted among the scheduled jobs. Without an instant it is due
   * in the last second of the year 9999, epoch ms 253402300799000, and nobody is told of that: such
   * an instant is no {@code runAt} of a waiting run and no {@code nextDue}. If entries cannot be
   * written (see {@link Runs#append}) the outcome is refused as UNCLAIMED, and the job is reaped.
   *
   * @param append what it writes down before
   * @param until an instant of the engine's clock, or null
   * @param delay a wait from the engine's clock, or null
   * @param wakeOn how many messages, those it was sent before included, make it ready; {@code
   *     Integer.MAX_VALUE}: none does
   * @param cancelling whether it knows that a cancel was asked for, and waits all the same
   */
  record Suspended(
      Append append,
      @Nullable Instant until,
      @Nullable Duration delay,
      int wakeOn,
      boolean cancelling)
      implements Outcome {}

  /**
   * Its handler was told to come later, and so is everybody of its limit key: for so long no job of
   * that key is claimed. It waits in their line, or for itself if it has no limit key. Snoozes + 1,
   * crashes 0.
   *
   * @param delay the wait, from the engine's clock
   */
  record BackedOff(Duration delay) implements Outcome {}

  /**
   * It is dead. Failures + 1 if an attempt is given, unless the reason is MALFORMED.
   *
   * @param reason why
   * @param attempt the encoded attempt for the history, or null
   */
  record Buried(StateReason reason, byte @Nullable [] attempt) implements Outcome {}

  /**
   * It ends as cancelled: its handler found nothing to do. Counts no failure.
   *
   * @param attempt why, encoded as an attempt for the history, or null
   */
  record Discarded(byte @Nullable [] attempt) implements Outcome {
    /** It ends as cancelled, for no reason given. */
    public Discarded() {
      this(null);
    }
  }

  /** Handed back unrun or interrupted by a drain: to the head of its lane, no counter raised. */
  record Released() implements Outcome {}

  /**
   * This worker has no handler for it. Misses + 1.
   *
   * @param delay the wait, from the engine's clock
   */
  record Missed(Duration delay) implements Outcome {}
}
