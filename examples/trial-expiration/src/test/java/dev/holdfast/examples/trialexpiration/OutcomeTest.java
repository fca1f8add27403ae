package dev.holdfast.examples.trialexpiration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.trialexpiration.Accounts.Account;
import dev.holdfast.examples.trialexpiration.MailServer.Accepted;
import dev.holdfast.examples.trialexpiration.Outcome.Trial;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {
  private final List<Trial> trials = new ArrayList<>();
  private final List<Accepted> accepted = new ArrayList<>();
  private final List<String> changed = new ArrayList<>();

  OutcomeTest() {
    for (Customer customer : Customer.values()) {
      Customer.Ending ending = customer.ending();
      trials.add(
          new Trial(customer, ending.result(), ending.steps(), new Account(ending.plan(), 1)));
      for (String subject : ending.mails()) {
        accepted.add(new Accepted(customer.user() + " " + subject, customer.address(), subject));
      }
    }
  }

  private List<String> faults() {
    return faults(0, List.of(), 0);
  }

  private List<String> faults(long repeats, List<KillPoint> points, int reached) {
    Outcome outcome = new Outcome(trials, accepted, repeats, changed, points, reached, 4);
    List<String> faults =
        outcome.checks().stream().filter(check -> !check.holds()).map(Check::what).toList();
    assertThat(outcome.isRight()).isEqualTo(faults.isEmpty());
    return faults;
  }

  /** Replaces the trial of Dan, who never pays. */
  private void dan(String result, List<String> steps, Account account) {
    Trial dan = new Trial(Customer.DAN, result, steps, account);
    trials.replaceAll(trial -> trial.customer() == Customer.DAN ? dan : trial);
  }

  @Test
  void all_as_it_must_be_is_right() {
    assertThat(faults()).isEmpty();
  }

  @Test
  void a_mail_that_was_accepted_again_under_its_id_is_no_fault() {
    accepted.add(accepted.get(0));

    assertThat(faults()).isEmpty();
  }

  @Test
  void a_mail_that_was_sent_again_under_another_id_is_a_fault() {
    Accepted first = accepted.get(0);
    accepted.add(new Accepted("another", first.to(), first.subject()));

    assertThat(faults())
        .containsExactly(
            "users who find the right mails in their mailbox, each once",
            "different Message-IDs of them");
  }

  @Test
  void a_mail_that_is_missing_is_a_fault() {
    accepted.remove(0);

    assertThat(faults())
        .containsExactly(
            "users who find the right mails in their mailbox, each once",
            "mails accepted by SMTP",
            "different Message-IDs of them");
  }

  @Test
  void a_plan_that_was_changed_twice_is_a_fault() {
    Customer.Ending never = Customer.DAN.ending();
    dan(never.result(), never.steps(), new Account(never.plan(), 2));

    assertThat(faults()).containsExactly("plans that are right, and were changed once");
  }

  @Test
  void a_step_that_is_missing_is_a_fault() {
    Customer.Ending never = Customer.DAN.ending();
    dan(never.result(), never.steps().subList(1, 6), new Account(never.plan(), 1));

    assertThat(faults())
        .containsExactly("runs whose journal has each step once, in order", "outcomes recorded");
  }

  @Test
  void a_run_that_has_not_succeeded_is_a_fault() {
    Customer.Ending never = Customer.DAN.ending();
    dan(null, never.steps(), new Account(never.plan(), 1));

    assertThat(faults()).containsExactly("runs that succeeded with the right result");
  }

  @Test
  void an_outcome_that_was_another_later_is_a_fault() {
    changed.add("dan, \"warn\": …");

    assertThat(faults()).containsExactly("outcomes that were others later");
  }

  @Test
  void with_crashes_each_point_is_reached_and_what_it_repeats_is_seen() {
    assertThat(faults(0, KillPoint.ALL, KillPoint.ALL.size() - 1))
        .containsExactly(
            "changes asked for again, and found done by their key",
            "mails accepted by SMTP",
            "places at which a worker was killed");

    accepted.add(accepted.get(0));
    accepted.add(accepted.get(1));
    assertThat(faults(2, KillPoint.ALL, KillPoint.ALL.size())).isEmpty();
  }
}
