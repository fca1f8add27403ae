package dev.holdfast.examples.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.orderflow.Customer.Ending;
import dev.holdfast.examples.orderflow.MailServer.Accepted;
import dev.holdfast.examples.orderflow.Outcome.Ended;
import dev.holdfast.examples.orderflow.PaymentServer.Book;
import dev.holdfast.examples.orderflow.PaymentServer.Entry;
import dev.holdfast.flow.RunStatus.State;
import dev.holdfast.job.JobState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutcomeTest {
  private final List<Ended> orders = new ArrayList<>();
  private final List<Entry> charged = new ArrayList<>();
  private final List<Accepted> accepted = new ArrayList<>();
  private final Map<String, Integer> stock =
      new HashMap<>(Map.of("teapot", 99, "cup", 92, "saucer", 86));
  private final List<String> changed = new ArrayList<>();

  OutcomeTest() {
    for (Customer customer : Customer.values()) {
      Ending ending = customer.ending();
      OrderResult result = ending.end() == null ? null : new OrderResult(ending.end(), null);
      orders.add(new Ended(customer, ending.state(), result, ending.steps()));
      if (ending == Ending.FULFILLED) {
        charged.add(new Entry(customer.id(), customer.id(), new Charge(customer.id(), 700), 1));
      }
      for (String subject : ending.mails()) {
        accepted.add(new Accepted(customer.id() + " " + subject, customer.address(), subject));
      }
    }
  }

  private List<String> faults() {
    return faults(0, List.of(), 0);
  }

  private List<String> faults(long repeats, List<KillPoint> points, int refused) {
    Outcome outcome =
        new Outcome(
            orders,
            new Book(charged, 1, 1, 1),
            accepted,
            stock,
            repeats,
            changed,
            points,
            points.size(),
            2,
            refused);
    List<String> faults =
        outcome.checks().stream().filter(check -> !check.holds()).map(Check::what).toList();
    assertThat(outcome.isRight()).isEqualTo(faults.isEmpty());
    return faults;
  }

  @Test
  void all_as_it_must_be_is_right() {
    assertThat(faults()).isEmpty();
  }

  @Test
  void an_order_that_is_charged_twice_is_a_fault() {
    charged.add(new Entry("another key", "anna", new Charge("another", 700), 1));

    assertThat(faults())
        .containsExactly("orders charged once, or not at all if declined or refused");
  }

  @Test
  void a_charge_for_a_declined_order_is_a_fault() {
    charged.add(new Entry("another key", "dora", new Charge("another", 700), 1));

    assertThat(faults())
        .containsExactly("orders charged once, or not at all if declined or refused");
  }

  @Test
  void a_stock_that_was_taken_from_twice_is_a_fault() {
    stock.put("teapot", 98);

    assertThat(faults()).containsExactly("articles of which the right number is left");
  }

  @Test
  void a_mail_again_under_its_id_is_no_fault_and_under_another_one_it_is() {
    Accepted first = accepted.get(0);
    accepted.add(first);
    assertThat(faults()).isEmpty();

    accepted.add(new Accepted("another", first.to(), first.subject()));
    assertThat(faults())
        .containsExactly(
            "customers who find the right mails in their mailbox, each once",
            "different Message-IDs of them");
  }

  @Test
  void a_run_that_ended_otherwise_and_a_step_that_did_are_faults() {
    Ended dora = new Ended(Customer.DORA, JobState.DEAD, null, Map.of("validate", State.DONE));
    orders.replaceAll(order -> order.customer() == Customer.DORA ? dora : order);

    assertThat(faults())
        .containsExactly(
            "runs that ended as they must, with the right result",
            "runs whose journal has the right outcomes");
  }

  @Test
  void an_outcome_that_was_another_later_is_a_fault() {
    changed.add("anna, \"charge\": …");

    assertThat(faults()).containsExactly("outcomes that were others later");
  }

  @Test
  void with_crashes_what_they_repeat_is_seen_and_the_stopped_worker_is_refused() {
    assertThat(faults(0, KillPoint.ALL, 0))
        .containsExactly(
            "requests that charged, or found it charged by their key",
            "takings asked for again, and found done by their key",
            "mails accepted by SMTP",
            "outcomes of the stopped worker that were refused");

    Entry first = charged.get(0);
    charged.set(0, first.again().again());
    for (int i = 0; i < 3; i++) {
      accepted.add(accepted.get(i));
    }
    assertThat(faults(1, KillPoint.ALL, 1)).isEmpty();
  }
}
