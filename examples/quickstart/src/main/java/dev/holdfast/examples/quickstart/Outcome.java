package dev.holdfast.examples.quickstart;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a run came to.
 *
 * @param orders orders of the file that could be read
 * @param skipped rows that could not
 * @param queued jobs added
 * @param ignored second enqueues of the same order
 * @param succeeded jobs that succeeded
 * @param retried attempts made after a failure
 * @param dead jobs that were out of attempts
 * @param redriven dead letters sent back
 * @param ranTwice jobs that were run again because their worker was killed
 * @param deadAtEnd dead letters left
 * @param invoices invoices in the directory
 * @param archived invoices in the archive
 */
record Outcome(
    int orders,
    int skipped,
    int queued,
    int ignored,
    int succeeded,
    int retried,
    int dead,
    int redriven,
    int ranTwice,
    long deadAtEnd,
    int invoices,
    int archived) {

  /** Prints the table. */
  void print(Duration time, boolean crash, PrintStream out) {
    row(out, "queued", queued, "%d row skipped, %d double click ignored", skipped, ignored);
    row(out, "succeeded", succeeded, "");
    row(out, "retried", retried, "attempts after a failure");
    row(out, "dead", dead, "%d left", deadAtEnd);
    row(out, "redriven", redriven, "");
    if (crash) {
      row(out, "ran twice", ranTwice, "in the hands of the worker that was killed");
    }
    out.printf(Locale.ROOT, "  %-10s %7.1f s%n", "time", time.toMillis() / 1e3);
  }

  private static void row(
      PrintStream out, String what, int count, String remark, Object... values) {
    String text = String.format(Locale.ROOT, remark, values);
    out.println(String.format(Locale.ROOT, "  %-10s %7d   %s", what, count, text).stripTrailing());
  }

  /** What is not as it must be; empty if all is. */
  List<String> faults(boolean crash) {
    List<String> faults = new ArrayList<>();
    expect(faults, "rows skipped", 1, skipped);
    expect(faults, "jobs queued", orders, queued);
    expect(faults, "double clicks ignored", 1, ignored);
    expect(faults, "jobs succeeded", orders, succeeded);
    expect(faults, "jobs dead", 1, dead);
    expect(faults, "jobs redriven", 1, redriven);
    expect(faults, "dead letters left", 0, deadAtEnd);
    expect(faults, "invoices in the directory", orders, invoices);
    expect(faults, "invoices in the archive", orders, archived);
    if (!crash) {
      expect(
          faults,
          "attempts after a failure",
          AddressBook.OUTAGES + RenderInvoiceHandler.ATTEMPTS - 1,
          retried);
      expect(faults, "jobs that ran twice", 0, ranTwice);
    } else if (ranTwice < 1 || ranTwice > InvoiceWorker.SLOTS) {
      faults.add("jobs that ran twice: " + ranTwice + " instead of 1 to " + InvoiceWorker.SLOTS);
    }
    return faults;
  }

  private static void expect(List<String> faults, String what, long expected, long actual) {
    if (expected != actual) {
      faults.add(what + ": " + actual + " instead of " + expected);
    }
  }
}
