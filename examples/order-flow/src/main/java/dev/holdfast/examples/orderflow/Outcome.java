package dev.holdfast.examples.orderflow;

import dev.holdfast.examples.orderflow.Customer.Ending;
import dev.holdfast.examples.orderflow.KillPoint.Fate;
import dev.holdfast.examples.orderflow.KillPoint.Moment;
import dev.holdfast.examples.orderflow.MailServer.Accepted;
import dev.holdfast.examples.orderflow.PaymentServer.Book;
import dev.holdfast.examples.orderflow.PlaceOrder.Line;
import dev.holdfast.flow.RunStatus.State;
import dev.holdfast.job.JobState;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a run came to.
 *
 * @param orders how each order ended
 * @param book what the payment service has charged
 * @param accepted what the mail server accepted
 * @param stock what is left of each article
 * @param repeats takings from the stock that were asked for again, and found their key
 * @param changed outcomes of steps that were recorded and then were others
 * @param points kill points there were
 * @param reached those of them that a worker came to
 * @param killedAtRest workers that were killed while a run slept
 * @param refused outcomes that the worker that was stopped wanted to record, and must not
 */
record Outcome(
    List<Ended> orders,
    Book book,
    List<Accepted> accepted,
    Map<String, Integer> stock,
    long repeats,
    List<String> changed,
    List<KillPoint> points,
    int reached,
    int killedAtRest,
    int refused) {

  /** Steps whose effects are mails. */
  private static final Set<String> MAILS =
      Set.of("fulfil/confirm", "ask review", "notify declined");

  /**
   * How an order ended.
   *
   * @param state the run's
   * @param result what the run returned, or null
   * @param steps the keys of its steps, and their states
   */
  record Ended(
      Customer customer, JobState state, @Nullable OrderResult result, Map<String, State> steps) {
    boolean endedRight() {
      String end = result == null ? null : result.end();
      return customer.ending().state() == state && Objects.equals(customer.ending().end(), end);
    }

    boolean hasRightSteps() {
      return customer.ending().steps().equals(steps);
    }
  }

  /** Prints the tables, and what is wrong. */
  void print(Duration time, PrintStream out) {
    out.println("  order  run        as         steps  charges  requests  mails  accepted by SMTP");
    for (Ended order : orders) {
      Customer customer = order.customer();
      OrderResult result = order.result();
      out.printf(
          Locale.ROOT,
          "  %-6s %-10s %-10s %5d  %7d  %8d  %5d  %16d%n",
          customer.id(),
          order.state(),
          result == null ? "" : result.end(),
          order.steps().size(),
          charges(customer),
          book.charged().stream()
              .filter(entry -> entry.order().equals(customer.id()))
              .mapToInt(PaymentServer.Entry::requests)
              .sum(),
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
    int mails = orders.stream().mapToInt(order -> order.customer().ending().mails().size()).sum();
    long charged = orders.stream().filter(order -> toCharge(order.customer()) == 1).count();
    List<Check> checks = new ArrayList<>();
    checks.add(Check.exactly("orders", orders.size(), Customer.values().length));
    checks.add(count("runs that ended as they must, with the right result", Ended::endedRight));
    checks.add(count("runs whose journal has the right outcomes", Ended::hasRightSteps));
    checks.add(Check.exactly("outcomes that were others later", changed.size(), 0));
    checks.add(
        count(
            "orders charged once, or not at all if declined or refused",
            order -> charges(order.customer()) == toCharge(order.customer())));
    checks.add(
        Check.atLeast(
            "requests that charged, or found it charged by their key",
            book.charged().stream().mapToInt(PaymentServer.Entry::requests).sum(),
            charged + points("charge"::equals)));
    checks.add(Check.atLeast("requests that the service refused (503)", book.refused(), 1));
    checks.add(Check.atLeast("charges whose answer was lost", book.lost(), 1));
    checks.add(
        Check.exactly(
            "articles of which the right number is left",
            Warehouse.PRICES.keySet().stream()
                .filter(article -> Objects.equals(expectedStock().get(article), stock.get(article)))
                .count(),
            Warehouse.PRICES.size()));
    checks.add(
        Check.atLeast(
            "takings asked for again, and found done by their key",
            repeats,
            points("fulfil/decrement"::equals)));
    checks.add(
        count(
            "customers who find the right mails in their mailbox, each once",
            order -> hasRightMails(order.customer())));
    checks.add(
        Check.atLeast("mails accepted by SMTP", accepted.size(), mails + points(MAILS::contains)));
    checks.add(
        Check.exactly(
            "different Message-IDs of them",
            accepted.stream().map(Accepted::id).distinct().count(),
            mails));
    if (!points.isEmpty()) {
      checks.add(
          Check.exactly("places that a worker came to and was struck", reached, points.size()));
      checks.add(Check.atLeast("workers killed while a run slept", killedAtRest, 2));
      checks.add(
          Check.atLeast(
              "outcomes of the stopped worker that were refused",
              refused,
              points.stream().filter(point -> point.fate() == Fate.STOPPED).count()));
    }
    return checks;
  }

  private Check count(String what, Predicate<Ended> right) {
    return Check.exactly(what, orders.stream().filter(right).count(), orders.size());
  }

  /** At how many places an effect was made and not recorded, so that it was made again. */
  private long points(Predicate<String> step) {
    return points.stream()
        .filter(point -> point.moment() == Moment.AFTER_EFFECT && step.test(point.step()))
        .count();
  }

  private long charges(Customer customer) {
    return book.charged().stream().filter(entry -> entry.order().equals(customer.id())).count();
  }

  private static int toCharge(Customer customer) {
    return customer.ending() == Ending.FULFILLED ? 1 : 0;
  }

  private Map<String, Integer> expectedStock() {
    Map<String, Integer> expected = new HashMap<>();
    Warehouse.PRICES.keySet().forEach(article -> expected.put(article, Warehouse.STOCK));
    for (Customer customer : Customer.values()) {
      if (customer.ending() == Ending.FULFILLED) {
        for (Line line : customer.order().lines()) {
          expected.merge(line.article(), -line.quantity(), Integer::sum);
        }
      }
    }
    return expected;
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
