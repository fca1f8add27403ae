package dev.holdfast.testkit;

import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.deadletter.DeadLetterQueue;
import dev.holdfast.job.JobId;
import dev.holdfast.job.Page;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** Asserts on the dead letters of one queue. Each step reads anew. */
public final class DeadLettersAssert
    extends PatientAssert<DeadLettersAssert, DeadLetterQueue, Long> {
  /** Letters that a failure shows: chosen, not measured. */
  private static final int SHOWN = 5;

  private final String queue;

  DeadLettersAssert(String queue, DeadLetterQueue actual, Patience patience) {
    super(actual, DeadLettersAssert.class, patience);
    this.queue = queue;
  }

  /** There is none. */
  public DeadLettersAssert isEmpty() {
    return hasSize(0);
  }

  /** There are so many. */
  public DeadLettersAssert hasSize(long letters) {
    return expect("to number " + letters, size -> size == letters);
  }

  /** The job is no dead letter. */
  public DeadLettersAssert doesNotContain(JobId id) {
    return expect("not to contain " + id, size -> actual.read(id).isEmpty());
  }

  /** The job is a dead letter, which is asserted on from here. */
  public DeadLetterAssert letter(JobId id) {
    AtomicReference<DeadLetter> found = new AtomicReference<>();
    DeadLettersAssert unused =
        expect(
            "to contain " + id,
            size -> {
              found.set(actual.read(id).orElse(null));
              return found.get() != null;
            });
    return new DeadLetterAssert(Objects.requireNonNull(found.get()));
  }

  @Override
  Long read() {
    return actual.size();
  }

  @Override
  String name(Long read) {
    return "the dead letters of queue " + queue;
  }

  @Override
  String describe(Long read) {
    Page<DeadLetter> first = actual.list(null, SHOWN);
    return "they number "
        + read
        + first.items().stream()
            .map(letter -> "\n" + letter.id() + ": " + Descriptions.of(letter))
            .collect(Collectors.joining());
  }
}
