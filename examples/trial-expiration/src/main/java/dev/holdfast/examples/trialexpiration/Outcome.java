package dev.holdfast.examples.trialexpiration;

import dev.holdfast.examples.trialexpiration.Accounts.Account;
import dev.holdfast.examples.trialexpiration.KillPoint.Moment;
import dev.holdfast.examples.trialexpiration.MailServer.Accepted;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a run came to.
 *
 * @param trials how each trial ended
 * @param accepted what the mail server accepted
 * @param repeats changes of a plan that were asked for again, and found their key
 * @param changed outcomes of steps that were recorded and then were others
 * @param points kill points there were
 * @param reached those of them that a worker was killed at
 * @param killedAtRest workers that were killed while runs slept or waited
 */
record Outcome(
    List<Trial> trials,
    List<Accepted> accepted,
    long repeats,
    List<String> changed,
    List<KillPoint> points,
    int reached,
    int killedAtRest) {

  /** Steps whose effects are mails. */
  private static final Set<String> MAILS = Set.of("warn", "expired mail");

  /** Steps whose effects are changes in the database. */
  private static final Set<String> CHANGES = Set.of("upgrade", "downgrade");

  /**
   * How a trial ended.
   *
   * @param result what the run returned, or null
   * @param steps the keys of the steps whose outcome is recorded, in order
   * @param account the account
   */
  record Trial(Customer customer, @Nullable String result, List<String> steps, Account account) {
    boolean endedRight() {
      return customer.ending().result().equals(result);
    }

    boolean hasRightSteps() {
      return customer.ending().steps().equals(steps);
    }

    boolean hasRightPlan() {
      return customer.ending().plan().equals(account.plan()) && account.changes() == 1;
    }
  }

  /** Prints the tables, and what is wrong. */
  void print(Duration time, PrintStream out) {
    out.println("  user  ended as    steps  plan   changes  mails  accepted by SMTP");
    for (Trial trial : trials) {
      Customer customer = trial.customer();
      out.printf(
          Locale.ROOT,
          "  %-5s %-11s %5d  %-6s %7d  %5d  %16d%n",
          customer.user(),
          trial.result(),
          trial.steps().size(),
          trial.account().plan(),
          trial.account().changes(),
          mailsTo(customer).size(),
          accepted.stream().filter(mail -> mail.to().equals(customer.address())).count());
    }
    out.println();
    checks().forEach(check -> out.println(check.row()));
    changed.forEach(change -> out.println("  WRONG: " + change));
    out.printf(Locale.ROOT, "%n  %.1f s%n", time.toMillis() / 1e3);
  }

  /** Whether all is as it must be. */
  boolean isRight() {
    return checks().stream().allMatch(Check::holds);
  }

  List<Check> checks() {
    int outcomes =
        trials.stream().mapToInt(trial -> trial.customer().ending().steps().size()).sum();
    int mails = trials.stream().mapToInt(trial -> trial.customer().ending().mails().size()).sum();
    List<Check> checks = new ArrayList<>();
    checks.add(Check.exactly("users", trials.size(), Customer.values().length));
    checks.add(count("runs that succeeded with the right result", Trial::endedRight));
    checks.add(count("runs whose journal has each step once, in order", Trial::hasRightSteps));
    checks.add(
        Check.exactly(
            "outcomes recorded",
            trials.stream().mapToInt(trial -> trial.steps().size()).sum(),
            outcomes));
    checks.add(Check.exactly("outcomes that were others later", changed.size(), 0));
    checks.add(count("plans that are right, and were changed once", Trial::hasRightPlan));
    checks.add(
        Check.atLeast(
            "changes asked for again, and found done by their key",
            repeats,
            points(CHANGES, Moment.AFTER_EFFECT)));
    checks.add(
        Check.exactly(
            "users who find the right mails in their mailbox, each once",
            trials.stream().filter(trial -> hasRightMails(trial.customer())).count(),
            trials.size()));
    checks.add(
        Check.atLeast(
            "mails accepted by SMTP", accepted.size(), mails + points(MAILS, Moment.AFTER_EFFECT)));
    checks.add(
        Check.exactly(
            "different Message-IDs of them",
            accepted.stream().map(Accepted::id).distinct().count(),
            mails));
    if (!points.isEmpty()) {
      checks.add(Check.exactly("places at which a worker was killed", reached, points.size()));
      checks.add(Check.atLeast("workers killed while runs slept or waited", killedAtRest, 4));
    }
    return checks;
  }

  private Check count(String what, Predicate<Trial> right) {
    return Check.exactly(what, trials.stream().filter(right).count(), trials.size());
  }

  private long points(Set<String> steps, Moment moment) {
    return points.stream()
        .filter(point -> point.moment() == moment && steps.contains(point.step()))
        .count();
  }

  private boolean hasRightMails(Customer customer) {
    return mailsTo(customer).stream()
        .map(Accepted::subject)
        .toList()
        .equals(customer.ending().mails());
  }

  /** What a mailbox shows that drops a second message of the same id. */
  private List<Accepted> mailsTo(Customer customer) {
    Set<String> ids = new HashSet<>();
    return accepted.stream()
        .filter(mail -> mail.to().equals(customer.address()) && ids.add(mail.id()))
        .toList();
  }
}
