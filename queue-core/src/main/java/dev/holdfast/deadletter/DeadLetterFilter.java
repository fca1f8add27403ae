package dev.holdfast.deadletter;

import dev.holdfast.job.StateReason;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters an operation is for. Every part that is set must fit.
 *
 * @param type the job type, or null for all
 * @param reason why they are dead, or null for all
 * @param matching a test of the rest, such as the last failure's message
 */
public record DeadLetterFilter(
    @Nullable String type, @Nullable StateReason reason, Predicate<DeadLetter> matching) {

  /** Checks the parts. */
  public DeadLetterFilter {
    Objects.requireNonNull(matching, "matching");
  }

  /** Every dead letter. */
  public static DeadLetterFilter all() {
    return new DeadLetterFilter(null, null, letter -> true);
  }

  /** Those of one job type. */
  public static DeadLetterFilter ofType(String type) {
    return new DeadLetterFilter(Objects.requireNonNull(type, "type"), null, letter -> true);
  }

  /** Those dead for one reason. */
  public static DeadLetterFilter ofReason(StateReason reason) {
    return new DeadLetterFilter(null, Objects.requireNonNull(reason, "reason"), letter -> true);
  }

  /** This filter, narrowed by another test. */
  public DeadLetterFilter and(Predicate<DeadLetter> test) {
    return new DeadLetterFilter(type, reason, matching.and(test));
  }

  /** Whether a dead letter fits. */
  public boolean fits(DeadLetter letter) {
    return (type == null || type.equals(letter.type()))
        && (reason == null || reason == letter.reason())
        && matching.test(letter);
  }
}
