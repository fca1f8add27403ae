package dev.holdfast.testkit;

import java.util.function.Function;
import java.util.function.Supplier;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * An assertion on what changes while it is looked at: each step reads anew, and waits as long as it
 * was told to.
 *
 * @param <S> the assertion itself
 * @param <A> what identifies the thing that is looked at
 * @param <V> what is read of it
 */
abstract class PatientAssert<S extends PatientAssert<S, A, V>, A, V> extends AbstractAssert<S, A> {
  private final Patience patience;

  PatientAssert(A actual, Class<?> self, Patience patience) {
    super(actual, self);
    this.patience = patience;
  }

  /** Reads what is asserted on. */
  abstract V read();

  /** What the thing is called in a failure, such as "job mail~0~…". */
  abstract String name(V read);

  /** How it stands, in one or more lines. */
  abstract String describe(V read);

  /** Fails, as soon as the patience is over, unless what is read passes. */
  S expect(String toBe, Function<V, Boolean> test) {
    return check(
        () -> {
          V read = read();
          return test.apply(read)
              ? null
              : "Expected " + name(read) + " " + toBe + "\nbut " + describe(read);
        });
  }

  S check(Supplier<@Nullable String> question) {
    String complaint = patience.lastComplaint(question);
    if (complaint != null) {
      throw failure("%s", complaint);
    }
    return myself;
  }
}
