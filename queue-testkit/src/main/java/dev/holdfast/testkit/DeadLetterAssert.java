package dev.holdfast.testkit;

import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.job.Failure;
import dev.holdfast.job.StateReason;
import java.util.Optional;
import java.util.function.Predicate;
import org.assertj.core.api.AbstractAssert;

/** Asserts on one dead letter as it was read. A failure shows why it died and of what. */
public final class DeadLetterAssert extends AbstractAssert<DeadLetterAssert, DeadLetter> {
  DeadLetterAssert(DeadLetter actual) {
    super(actual, DeadLetterAssert.class);
  }

  /** It is dead for this reason. */
  public DeadLetterAssert withReason(StateReason reason) {
    return expect("to be dead by reason " + reason, letter -> letter.reason() == reason);
  }

  /** It is of this job type. */
  public DeadLetterAssert ofType(String type) {
    return expect("to be of type " + type, letter -> letter.type().equals(type));
  }

  /** So many attempts failed. */
  public DeadLetterAssert hasFailures(int failures) {
    return expect(
        "to have " + failures + " failures", letter -> letter.counters().failures() == failures);
  }

  /** Its last failure is of exactly this class; a subclass is another one. */
  public DeadLetterAssert lastFailedWith(Class<? extends Throwable> type) {
    return expect(
        "to have failed last with " + type.getName(),
        letter -> lastFailure(letter).filter(f -> f.type().equals(type.getName())).isPresent());
  }

  /** The message of its last failure contains this. */
  public DeadLetterAssert lastFailedWithMessage(String part) {
    return expect(
        "to have failed last with a message containing \"" + part + "\"",
        letter -> lastFailure(letter).filter(f -> f.message().contains(part)).isPresent());
  }

  /** Its payload, as JSON text, contains this. */
  public DeadLetterAssert hasPayloadContaining(String part) {
    return expect(
        "to have a payload containing " + part,
        letter -> {
          String payload = letter.payload();
          return payload != null && payload.contains(part);
        });
  }

  private static Optional<Failure> lastFailure(DeadLetter letter) {
    return letter.lastAttempt().map(attempt -> attempt.failure());
  }

  private DeadLetterAssert expect(String toBe, Predicate<DeadLetter> test) {
    isNotNull();
    if (!test.test(actual)) {
      throw failure(
          "%s",
          "Expected dead letter %s (%s) %s\nbut %s"
              .formatted(actual.id(), actual.type(), toBe, Descriptions.of(actual)));
    }
    return this;
  }
}
