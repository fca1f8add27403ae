package dev.holdfast.examples.productsync;

import dev.holdfast.examples.productsync.ShopServer.Catalogue;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a run came to.
 *
 * @param catalogue what the shop has
 * @param copy how our copy stands
 * @param phases what the shop has served and refused
 * @param succeeded page jobs that succeeded
 * @param claims how often workers took them
 * @param failures attempts that failed
 * @param dead dead letters
 * @param heldByKilled jobs in the hands of the killed worker
 * @param resumed how many of these went on
 */
record Outcome(
    Catalogue catalogue,
    ProductTable.Audit copy,
    List<ShopLimiter.Phase> phases,
    int succeeded,
    long claims,
    long failures,
    long dead,
    int heldByKilled,
    int resumed) {

  /** Prints the tables. */
  void print(Duration time, PrintStream out) {
    out.println("  phase          allowed   served   429");
    for (ShopLimiter.Phase phase : phases) {
      if (phase.served() + phase.refused() > 0) {
        out.printf(
            Locale.ROOT,
            "  %-13s %5d/min %8d %5d%s%n",
            phase.name(),
            phase.perMinute(),
            phase.served(),
            phase.refused(),
            phase.waits() > 0 ? "   told to wait " + phase.waits() + " times" : "");
      }
    }
    out.println();
    row(out, "products", copy.stored(), "stored, of %,d", catalogue.products());
    row(out, "", copy.writtenAgain(), "written more than once");
    row(out, "", copy.wrong(), "not as the shop has them");
    row(out, "pages", served(), "served for %d and the catalogue", catalogue.pages());
    row(out, "jobs", succeeded, "succeeded, of %d, in %d claims", jobs(), claims);
    row(out, "", failures, "failed attempts");
    row(out, "", dead, "dead letters");
    row(out, "", resumed, "went on at their checkpoints after their worker was killed");
    out.printf(Locale.ROOT, "  %-9s %9.1f s%n", "time", time.toMillis() / 1e3);
  }

  private static void row(
      PrintStream out, String what, long count, String remark, Object... values) {
    String text = String.format(Locale.ROOT, remark, values);
    out.println(String.format(Locale.ROOT, "  %-9s %,9d %s", what, count, text));
  }

  private long served() {
    return phases.stream().mapToLong(ShopLimiter.Phase::served).sum();
  }

  private int jobs() {
    return SyncPages.jobs(catalogue.pages());
  }

  /** What is not as it must be; empty if all is. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    expect(faults, "products stored", catalogue.products(), copy.stored());
    expect(faults, "products written more than once", 0, copy.writtenAgain());
    expect(faults, "products not as the shop has them", 0, copy.wrong());
    expect(faults, "jobs succeeded", jobs(), succeeded);
    expect(faults, "failed attempts", 0, failures);
    expect(faults, "dead letters", 0, dead);
    // Each page once, the catalogue, and at most again what the killed worker was at.
    long least = catalogue.pages() + 1L;
    within(faults, "requests served", least, least + SyncWorker.SLOTS, served());
    within(faults, "jobs in the hands of the killed worker", 1, SyncWorker.SLOTS, heldByKilled);
    expect(faults, "jobs that went on after that", heldByKilled, resumed);
    for (ShopLimiter.Phase phase : phases) {
      if (phase.perMinute() == ShopServer.PER_MINUTE) {
        expect(faults, "429 in phase " + phase.name(), 0, phase.refused());
      } else {
        // Whoever is told to wait waits, with those that had asked by then.
        long most = phase.waits() * ShopLimit.AT_ONCE;
        within(faults, "429 in phase " + phase.name(), 1, most, phase.refused());
      }
    }
    return faults;
  }

  private static void expect(List<String> faults, String what, long expected, long actual) {
    if (expected != actual) {
      faults.add(what + ": " + actual + " instead of " + expected);
    }
  }

  private static void within(List<String> faults, String what, long least, long most, long actual) {
    if (actual < least || actual > most) {
      faults.add(what + ": " + actual + " instead of " + least + " to " + most);
    }
  }
}
