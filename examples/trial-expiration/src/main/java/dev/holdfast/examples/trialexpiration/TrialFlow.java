package dev.holdfast.examples.trialexpiration;

import dev.holdfast.event.Event;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.Steps;
import dev.holdfast.flow.Wait;
import java.util.Optional;

/**
 * A trial, from its beginning to its end two weeks later. Reads from top to bottom as if nothing
 * could go wrong; each line that begins with {@code steps} survives a restart.
 *
 * <p>Between two of them nothing is held: no thread, no slot, no connection. What each effect is
 * given besides is its idempotency key, because a worker may die after the effect and before its
 * record; then the step runs again.
 */
final class TrialFlow implements FlowHandler<TrialStarted, String> {
  static final String CONVERTED = "converted";
  static final String DOWNGRADED = "downgraded";

  private static final int WARN_DAYS_BEFORE = 3;

  private final Days days;
  private final Accounts accounts;
  private final Mailer mail;

  TrialFlow(Days days, Accounts accounts, Mailer mail) {
    this.days = days;
    this.accounts = accounts;
    this.mail = mail;
  }

  @Override
  public String run(Steps steps, TrialStarted trial) {
    String user = trial.userId();
    // tag::trial[]
    steps.sleepUntil("until 3 days before", trial.endsAt().minus(days.of(WARN_DAYS_BEFORE)));
    Boolean paidEarly = steps.run("paid early?", Boolean.class, step -> accounts.isPaid(user));
    if (Boolean.TRUE.equals(paidEarly)) {
      return CONVERTED;
    }
    steps.run("warn", step -> mail.trialEnds(trial, step.idempotencyKey()));

    Optional<Event<Subscribed>> paid =
        steps.waitFor("paid or end", Wait.on(Subscribed.class).key(user).until(trial.endsAt()));
    if (paid.isPresent()) {
      String plan = paid.get().payload().plan();
      steps.run("upgrade", step -> accounts.change(user, plan, step.idempotencyKey()));
      return CONVERTED;
    }
    steps.run("expired mail", step -> mail.trialExpired(trial, step.idempotencyKey()));
    steps.run("downgrade", step -> accounts.change(user, Accounts.FREE, step.idempotencyKey()));
    return DOWNGRADED;
    // end::trial[]
  }
}
