package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/** What a row saw; goes into the matrix. Used by the thread of the test. */
public final class Observed {
  /** What a small, busy machine may add to every bound. */
  public static final Duration SLACK = Duration.ofSeconds(1);

  private final List<String> figures = new ArrayList<>();
  private Duration seen = Duration.ZERO;
  private Duration bound = Duration.ZERO;

  Observed() {}

  /**
   * Waits from now until the condition holds, and records how long that took. It must hold within
   * the bound and {@link #SLACK}. With several recoveries in one test the slowest is shown.
   */
  public void recoversWithin(Duration bound, String what, BooleanSupplier recovered) {
    long start = System.nanoTime();
    Awaitility.await(what)
        .atMost(bound.plus(SLACK))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(recovered::getAsBoolean);
    took(Duration.ofNanos(System.nanoTime() - start), bound, what);
  }

  /** Records a recovery that was timed otherwise; fails if it took longer than it may. */
  public void took(Duration seen, Duration bound, String what) {
    assertThat(seen).as(what).isLessThanOrEqualTo(bound.plus(SLACK));
    if (seen.compareTo(this.seen) > 0 || this.bound.isZero()) {
      this.seen = seen;
      this.bound = bound;
    }
  }

  /** Adds a figure to the row, such as {@code "lost 0 of 400"}. */
  public void figure(String text) {
    figures.add(text);
  }

  /** {@code "1.84 s of 3.1 s"}, or "-" if nothing was timed. */
  String recovery() {
    return bound.isZero() ? "-" : seconds(seen) + " of " + seconds(bound);
  }

  List<String> figures() {
    return List.copyOf(figures);
  }

  private static String seconds(Duration d) {
    return String.format(Locale.ROOT, "%.2f s", d.toMillis() / 1000.0);
  }
}
