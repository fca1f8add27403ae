package dev.holdfast.examples.orderflow;

import dev.holdfast.examples.orderflow.PlaceOrder.Line;
import dev.holdfast.flow.RunStatus.State;
import dev.holdfast.job.JobState;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The customers of the run, what each orders, and how it must end. */
enum Customer {
  ANNA(Ending.FULFILLED, "4242-4242-4242-4242", new Line("teapot", 1), new Line("cup", 6)),
  BERT(Ending.FULFILLED, "4242-4242-4242-4242", new Line("cup", 2), new Line("saucer", 2)),
  CARA(Ending.FULFILLED, "4242-4242-4242-4242", new Line("saucer", 12)),
  DORA(Ending.DECLINED, PaymentServer.DECLINED_CARD, new Line("teapot", 3)),
  /** Orders what there is not. */
  EMIL(Ending.REFUSED, "4242-4242-4242-4242", new Line("samovar", 1));

  private final Ending ending;
  private final String card;
  private final List<Line> lines;

  Customer(Ending ending, String card, Line... lines) {
    this.ending = ending;
    this.card = card;
    this.lines = List.of(lines);
  }

  /** The order's id, too: each has one. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  String address() {
    return id() + "@customers.example";
  }

  PlaceOrder order() {
    return new PlaceOrder(id(), address(), card, lines);
  }

  Ending ending() {
    return ending;
  }

  /** How an order may end. */
  enum Ending {
    FULFILLED(
        JobState.SUCCEEDED,
        OrderResult.FULFILLED,
        Map.of(
            "validate", State.DONE,
            "charge", State.DONE,
            "fulfil/confirm", State.DONE,
            "fulfil/decrement", State.DONE,
            "before review", State.DONE,
            "ask review", State.DONE),
        List.of(Mailer.CONFIRMED, Mailer.REVIEW)),
    DECLINED(
        JobState.SUCCEEDED,
        OrderResult.DECLINED,
        Map.of(
            "validate", State.DONE,
            "charge", State.FAILED,
            "notify declined", State.DONE),
        List.of(Mailer.DECLINED)),
    REFUSED(
        JobState.DEAD,
        null,
        Map.of("validate", State.FAILED, "!failure/notify refused", State.DONE),
        List.of(Mailer.REFUSED));

    private final JobState state;
    private final @Nullable String end;
    private final Map<String, State> steps;
    private final List<String> mails;

    Ending(JobState state, @Nullable String end, Map<String, State> steps, List<String> mails) {
      this.state = state;
      this.end = end;
      this.steps = steps;
      this.mails = mails;
    }

    /** The run's last state. */
    JobState state() {
      return state;
    }

    /** What the run's result says, or null. */
    @Nullable String end() {
      return end;
    }

    /** The keys of its steps, and their outcomes. */
    Map<String, State> steps() {
      return steps;
    }

    /** The subjects of its mails, in order. */
    List<String> mails() {
      return mails;
    }
  }
}
