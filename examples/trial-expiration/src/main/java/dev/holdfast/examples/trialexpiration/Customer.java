package dev.holdfast.examples.trialexpiration;

import java.util.List;
import java.util.Locale;

/** The users of the run, and how the trial of each must end. */
enum Customer {
  /** Pays long before the end, and the books know it. */
  ADA(Ending.PAID_EARLY),
  /** Pays before the flow waits; the event is there, the books are late. */
  BEN(Ending.PAID_AFTER_WARNING),
  /** Pays while the flow waits. */
  CLEO(Ending.PAID_AFTER_WARNING),
  /** Never pays. */
  DAN(Ending.NEVER_PAID),
  /** Never pays, either. */
  EVA(Ending.NEVER_PAID);

  private final Ending ending;

  Customer(Ending ending) {
    this.ending = ending;
  }

  String user() {
    return name().toLowerCase(Locale.ROOT);
  }

  String address() {
    return user() + "@users.example";
  }

  Ending ending() {
    return ending;
  }

  /** How a trial may end. */
  enum Ending {
    PAID_EARLY(
        TrialFlow.CONVERTED,
        Accounts.PRO,
        List.of("until 3 days before", "paid early?"),
        List.of()),
    PAID_AFTER_WARNING(
        TrialFlow.CONVERTED,
        Accounts.PRO,
        List.of("until 3 days before", "paid early?", "warn", "paid or end", "upgrade"),
        List.of(Mailer.TRIAL_ENDS)),
    NEVER_PAID(
        TrialFlow.DOWNGRADED,
        Accounts.FREE,
        List.of(
            "until 3 days before",
            "paid early?",
            "warn",
            "paid or end",
            "expired mail",
            "downgrade"),
        List.of(Mailer.TRIAL_ENDS, Mailer.TRIAL_EXPIRED));

    private final String result;
    private final String plan;
    private final List<String> steps;
    private final List<String> mails;

    Ending(String result, String plan, List<String> steps, List<String> mails) {
      this.result = result;
      this.plan = plan;
      this.steps = steps;
      this.mails = mails;
    }

    /** What the run returns. */
    String result() {
      return result;
    }

    /** The plan at the end. */
    String plan() {
      return plan;
    }

    /** The keys of its steps, in order. */
    List<String> steps() {
      return steps;
    }

    /** The subjects of its mails, in order. */
    List<String> mails() {
      return mails;
    }
  }
}
