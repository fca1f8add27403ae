package dev.holdfast.examples.orderflow;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.examples.orderflow.OrderWorker.Site;
import dev.holdfast.examples.orderflow.Outcome.Ended;
import dev.holdfast.flow.RunStatus;
import dev.holdfast.flow.RunStatus.State;
import dev.holdfast.flow.RunStatus.StepStatus;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The course of the run: all orders at once, and with {@code --crash} what happens to which worker.
 * Two workers, always: for each that dies or is stopped another one is started.
 */
final class OrderRun {
  private static final int WORKERS = 2;
  private static final Duration LOOK = Duration.ofMillis(30);

  private final Holdfast holdfast;
  private final Warehouse warehouse;
  private final KillList kills;
  private final MailServer mail;
  private final Site site;
  private final PrintStream out;
  private final Workers workers;
  private final JournalWatch journals = new JournalWatch();
  private final Map<Customer, JobId> runs = new EnumMap<>(Customer.class);
  private final Map<Customer, RunStatus> latest = new EnumMap<>(Customer.class);

  /** When the orders were placed; 0 before. */
  private long started;

  OrderRun(Holdfast holdfast, Database database, MailServer mail, Site site, PrintStream out) {
    this.holdfast = holdfast;
    this.warehouse = new Warehouse(database);
    this.kills = new KillList(database);
    this.mail = mail;
    this.site = site;
    this.out = out;
    this.workers = new Workers(site, this::tell);
  }

  /** Runs it and tells what came of it. */
  Outcome run() throws IOException, SQLException, MessagingException, InterruptedException {
    warehouse.fill();
    List<KillPoint> points = site.crash() ? KillPoint.ALL : List.of();
    kills.add(points);
    int killedAtRest = 0;
    try (workers) {
      workers.start(WORKERS);
      until(workers::areReady);
      started = System.nanoTime();
      // Cara's order first, so that the worker that is stopped with it has nothing else.
      place(Customer.CARA);
      if (site.crash()) {
        until(workers::haveStopped);
      }
      for (Customer customer :
          List.of(Customer.ANNA, Customer.BERT, Customer.DORA, Customer.EMIL)) {
        place(customer);
      }
      if (site.crash()) {
        // Another worker charges, and finds it charged; then the one that was stopped goes on, and
        // wants to record what it has.
        until(() -> isDone(Customer.CARA, "charge"));
        workers.goOn();
        until(() -> workers.refused() > 0 || ended(Customer.CARA));

        until(() -> sleeps(Customer.ANNA) || ended(Customer.ANNA));
        killedAtRest = workers.killAll("while a run sleeps");
        workers.start(WORKERS);
      }
      until(() -> runs.keySet().stream().allMatch(this::ended));
    }
    return account(points, killedAtRest);
  }

  private void place(Customer customer) {
    // The key is the order's: whoever places it again, after a crash of the web shop or a double
    // click, gets the same run.
    EnqueueOptions once = EnqueueOptions.defaults().idempotencyKey("order-" + customer.id());
    JobId run = holdfast.enqueue(customer.order(), once).id();
    runs.put(customer, run);
    tell(customer.id() + " orders " + customer.order().lines() + ": run " + run);
  }

  private boolean isDone(Customer customer, String step) {
    RunStatus run = latest.get(customer);
    return run != null && run.step(step).filter(s -> s.state() == State.DONE).isPresent();
  }

  private boolean sleeps(Customer customer) {
    RunStatus run = latest.get(customer);
    return run != null
        && run.job().state() == JobState.WAITING
        && run.waiting().stream().anyMatch(waiting -> waiting.step().equals("before review"));
  }

  private boolean ended(Customer customer) {
    RunStatus run = latest.get(customer);
    return run != null && run.job().state().isFinal();
  }

  /**
   * Waits until something holds; looks at the runs and after the workers meanwhile.
   *
   * @throws IllegalStateException if it does not come to that
   */
  private void until(BooleanSupplier wanted) throws IOException, InterruptedException {
    // A week and more, and for each kill that may be left a lease and the start of a JVM.
    Duration patience = site.days().of(10).plusMinutes(2);
    long began = System.nanoTime();
    look();
    while (!wanted.getAsBoolean()) {
      if (System.nanoTime() - began > patience.toNanos()) {
        throw new IllegalStateException("nothing more happened; the runs: " + latest);
      }
      LockSupport.parkNanos(LOOK.toNanos());
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      workers.tend();
      look();
    }
  }

  private void look() {
    runs.forEach(
        (customer, id) -> {
          if (!ended(customer)) {
            holdfast
                .runs()
                .status(id)
                .ifPresent(
                    run -> {
                      journals.look(customer.id(), run);
                      latest.put(customer, run);
                      if (run.job().state().isFinal()) {
                        tell(customer.id() + "'s run has ended: " + run.job().state());
                      }
                    });
          }
        });
  }

  private void tell(String what) {
    if (started == 0) {
      out.printf("          %s%n", what);
    } else {
      out.printf(Locale.ROOT, "  %4.1f s  %s%n", (System.nanoTime() - started) / 1e9, what);
    }
  }

  private Outcome account(List<KillPoint> points, int killedAtRest)
      throws IOException, SQLException, MessagingException, InterruptedException {
    List<Ended> orders = new ArrayList<>();
    for (Map.Entry<Customer, RunStatus> entry : latest.entrySet()) {
      JobId id = entry.getValue().job().id();
      // Once more, now that nobody works: what was recorded is still what it was.
      RunStatus run = holdfast.runs().status(id).orElse(entry.getValue());
      journals.look(entry.getKey().id(), run);
      Map<String, State> steps = new HashMap<>();
      for (StepStatus step : run.steps()) {
        steps.put(step.key(), step.state());
      }
      orders.add(
          new Ended(
              entry.getKey(),
              run.job().state(),
              holdfast.result(id, OrderResult.class).orElse(null),
              steps));
    }
    return new Outcome(
        orders,
        new PaymentClient(site.payments()).book(),
        mail.accepted(),
        warehouse.stock(),
        warehouse.repeats(),
        journals.changes(),
        points,
        kills.reached(),
        killedAtRest,
        workers.refused());
  }
}
