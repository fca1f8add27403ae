package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What one call of a flow's handler did: which steps it called, in which order within each scope,
 * and what each of them gave. Safe for use by many threads; the order between scopes is that of
 * threads, and says nothing.
 */
final class FlowTrace {
  /** The call, in words: "call 2". */
  private final String name;

  /** In each scope the keys it called, with their kinds; guarded by itself. */
  private final Map<String, List<Called>> scopes = new LinkedHashMap<>();

  private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();

  /** A step that was called. */
  record Called(String key, String kind) {}

  /** A step by which two calls differ, and how, in words. */
  record Difference(String step, String how) {}

  /**
   * What a step gave to the handler.
   *
   * @param value what it returned, or null
   * @param thrown what it threw, or null
   */
  record Outcome(@Nullable Object value, @Nullable Throwable thrown) {
    /** Calls this, whatever comes of it. */
    static Outcome of(Callable<? extends @Nullable Object> step) {
      try {
        return new Outcome(step.call(), null);
      } catch (Throwable thrown) {
        return new Outcome(null, thrown);
      }
    }

    /** Returns or throws it. */
    // It was returned where this is called, or in its stead.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    <T> @Nullable T give() {
      if (thrown != null) {
        throw FlowTrace.<RuntimeException>unchecked(thrown);
      }
      return (T) value;
    }
  }

  FlowTrace(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  /** Notes that a step is called. */
  void called(String scope, String key, String kind) {
    synchronized (scopes) {
      scopes.computeIfAbsent(scope, unseen -> new ArrayList<>()).add(new Called(key, kind));
    }
  }

  /** Notes what a step gave. */
  void came(String key, Outcome outcome) {
    outcomes.put(key, outcome);
  }

  /** What a step gave; null if it was not called or did not end. */
  @Nullable Outcome outcome(String key) {
    return outcomes.get(key);
  }

  private Map<String, List<Called>> calls() {
    synchronized (scopes) {
      Map<String, List<Called>> copy = new LinkedHashMap<>();
      scopes.forEach((scope, calls) -> copy.put(scope, List.copyOf(calls)));
      return copy;
    }
  }

  /**
   * The first step by which another call of the same run differs; null if there is none.
   *
   * @param shorter whether the other may have stopped earlier
   * @param longer whether it may have come further
   */
  @Nullable Difference to(FlowTrace other, boolean shorter, boolean longer) {
    Map<String, List<Called>> first = calls();
    Map<String, List<Called>> second = other.calls();
    for (Map.Entry<String, List<Called>> scope : first.entrySet()) {
      List<Called> again = second.getOrDefault(scope.getKey(), List.of());
      Difference found = compare(scope.getValue(), again, other, shorter, longer);
      if (found != null) {
        return found;
      }
    }
    for (Map.Entry<String, List<Called>> scope : second.entrySet()) {
      if (!longer && !first.containsKey(scope.getKey())) {
        return only(scope.getValue().get(0), other.name, name);
      }
    }
    return null;
  }

  private @Nullable Difference compare(
      List<Called> first, List<Called> second, FlowTrace other, boolean shorter, boolean longer) {
    for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
      Called one = first.get(i);
      Called two = second.get(i);
      if (one.key().equals(two.key()) && !one.kind().equals(two.kind())) {
        return new Difference(
            one.key(),
            "was a %s in %s and is a %s in %s".formatted(one.kind(), name, two.kind(), other.name));
      }
      if (!one.key().equals(two.key())) {
        if (!second.contains(one)) {
          return only(one, name, other.name);
        }
        return first.contains(two)
            ? new Difference(
                one.key(),
                "came before step '%s' in %s and after it in %s"
                    .formatted(two.key(), name, other.name))
            : only(two, other.name, name);
      }
    }
    if (first.size() > second.size() && !shorter) {
      return only(first.get(second.size()), name, other.name);
    }
    if (second.size() > first.size() && !longer) {
      return only(second.get(first.size()), other.name, name);
    }
    return null;
  }

  private static Difference only(Called step, String in, String out) {
    return new Difference(step.key(), "was called in %s and not in %s".formatted(in, out));
  }

  // Checked exceptions pass where the compiler expects none.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E unchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
