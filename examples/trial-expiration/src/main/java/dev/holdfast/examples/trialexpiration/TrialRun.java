package dev.holdfast.examples.trialexpiration;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.examples.trialexpiration.Accounts.Account;
import dev.holdfast.examples.trialexpiration.Outcome.Trial;
import dev.holdfast.examples.trialexpiration.TrialWorker.Site;
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
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The weeks of the run: who begins a trial when, who pays when, and with {@code --crash} which
 * workers die meanwhile. Two workers, always: for each that dies another one is started.
 */
final class TrialRun {
  private static final int TRIAL_DAYS = 14;
  private static final int WORKERS = 2;
  private static final Duration LOOK = Duration.ofMillis(30);

  /**
   * Cleo's trial ends when the others get to their warnings: so what is killed there is not in her
   * way, and she can be seen to wait.
   */
  private static final int OTHERS_BEGIN_ON = 3;

  private static final String WAIT = "paid or end";

  private final Holdfast holdfast;
  private final Accounts accounts;
  private final KillList kills;
  private final MailServer mail;
  private final Site site;
  private final PrintStream out;
  private final Workers workers;
  private final JournalWatch journals = new JournalWatch();
  private final Map<Customer, JobId> runs = new EnumMap<>(Customer.class);
  private final Map<Customer, RunStatus> latest = new EnumMap<>(Customer.class);

  /** When day 0 began; 0 before. */
  private long started;

  TrialRun(Holdfast holdfast, Database database, MailServer mail, Site site, PrintStream out) {
    this.holdfast = holdfast;
    this.accounts = new Accounts(database);
    this.kills = new KillList(database);
    this.mail = mail;
    this.site = site;
    this.out = out;
    this.workers = new Workers(site, this::tell);
  }

  /** Runs it and tells what came of it. */
  Outcome run() throws IOException, SQLException, MessagingException, InterruptedException {
    List<KillPoint> points = site.crash() ? KillPoint.ALL : List.of();
    kills.add(points);
    int killedAtRest = 0;
    try (workers) {
      workers.start(WORKERS);
      until(workers::areReady);
      started = System.nanoTime();

      begin(Customer.CLEO);
      if (site.crash()) {
        until(() -> sleeps(Customer.CLEO));
        killedAtRest += workers.killAll("while a run sleeps");
        workers.start(WORKERS);
      }
      day(OTHERS_BEGIN_ON);
      for (Customer customer : List.of(Customer.ADA, Customer.BEN, Customer.DAN, Customer.EVA)) {
        begin(customer);
      }
      day(5);
      pay(Customer.ADA, true);

      until(() -> waits(Customer.CLEO) || ended(Customer.CLEO));
      if (site.crash()) {
        killedAtRest += workers.killAll("while a run waits for a payment");
      }
      pay(Customer.CLEO, false);
      if (site.crash()) {
        workers.start(WORKERS);
      }
      day(13);
      pay(Customer.BEN, false);

      until(() -> runs.keySet().stream().allMatch(this::ended));
    }
    return account(points, killedAtRest);
  }

  private void begin(Customer customer) throws SQLException {
    accounts.open(customer.user());
    Instant endsAt = InstantSource.system().instant().plus(site.days().of(TRIAL_DAYS));
    JobId run =
        holdfast
            .enqueue(
                new TrialStarted(customer.user(), customer.address(), endsAt),
                // Whoever begins it again, after a crash of the web shop or a double click, gets
                // the same run.
                EnqueueOptions.defaults().idempotencyKey("trial-" + customer.user()))
            .id();
    runs.put(customer, run);
    tell(customer.user() + " begins a trial: run " + run);
  }

  /**
   * A payment comes in.
   *
   * @param booked whether the books know it at once
   */
  private void pay(Customer customer, boolean booked) throws SQLException {
    String payment = "payment-" + customer.user();
    if (booked) {
      accounts.change(customer.user(), Accounts.PRO, payment);
    }
    // With an id of its own: published again, as by a webhook that comes twice, it counts once.
    holdfast
        .events()
        .publish(new Subscribed(customer.user(), Accounts.PRO), PublishOptions.id(payment));
    tell(customer.user() + " pays" + (booked ? "" : "; the books do not know yet"));
  }

  private boolean sleeps(Customer customer) {
    return waitsAt(customer, "until 3 days before");
  }

  private boolean waits(Customer customer) {
    return waitsAt(customer, WAIT);
  }

  private boolean waitsAt(Customer customer, String step) {
    RunStatus run = latest.get(customer);
    return run != null
        && run.job().state() == JobState.WAITING
        && run.waiting().stream().anyMatch(waiting -> waiting.step().equals(step));
  }

  private boolean ended(Customer customer) {
    RunStatus run = latest.get(customer);
    return run != null && run.job().state().isFinal();
  }

  /** Waits for a day of the calendar, which begins with day 0. */
  private void day(int day) throws IOException, InterruptedException {
    long at = started + site.days().of(day).toNanos();
    until(() -> System.nanoTime() - at >= 0);
  }

  /**
   * Waits until something holds; looks at the runs and after the workers meanwhile.
   *
   * @throws IllegalStateException if it does not come to that
   */
  private void until(BooleanSupplier wanted) throws IOException, InterruptedException {
    // Two weeks, and for each kill that may be left a lease and the start of a JVM.
    Duration patience = site.days().of(TRIAL_DAYS + OTHERS_BEGIN_ON).plusMinutes(2);
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
          RunStatus before = latest.get(customer);
          if (before != null && before.job().state().isFinal()) {
            return;
          }
          holdfast
              .runs()
              .status(id)
              .ifPresent(
                  run -> {
                    journals.look(customer.user(), run);
                    latest.put(customer, run);
                    if (run.job().state().isFinal()) {
                      tell(customer.user() + "'s run has ended: " + run.job().state());
                    }
                  });
        });
  }

  private void tell(String what) {
    if (started == 0) {
      out.printf("            %s%n", what);
    } else {
      double days = (double) (System.nanoTime() - started) / site.days().one().toNanos();
      out.printf(Locale.ROOT, "  day %4.1f  %s%n", days, what);
    }
  }

  private Outcome account(List<KillPoint> points, int killedAtRest)
      throws SQLException, MessagingException {
    Map<String, Account> all = accounts.all();
    List<Trial> trials = new ArrayList<>();
    for (Customer customer : Customer.values()) {
      JobId id = runs.get(customer);
      RunStatus run = latest.get(customer);
      Account account = all.get(customer.user());
      if (id != null && run != null && account != null) {
        journals.look(customer.user(), holdfast.runs().status(id).orElse(run));
        List<String> steps =
            run.steps().stream()
                .filter(step -> step.state() == State.DONE)
                .map(StepStatus::key)
                .toList();
        trials.add(
            new Trial(customer, holdfast.result(id, String.class).orElse(null), steps, account));
      }
    }
    return new Outcome(
        trials,
        mail.accepted(),
        accounts.repeats(),
        journals.changes(),
        points,
        kills.reached(),
        killedAtRest);
  }
}
