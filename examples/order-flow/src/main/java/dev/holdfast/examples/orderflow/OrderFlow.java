package dev.holdfast.examples.orderflow;

import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.StepFailedException;
import dev.holdfast.flow.StepOptions;
import dev.holdfast.flow.Steps;
import dev.holdfast.job.Failure;
import dev.holdfast.retry.RetryPolicy;
import java.time.Duration;
import java.util.Objects;

/**
 * An order, from its check to the question how it was, a week after it was fulfilled.
 *
 * <p>Each effect is given its step's idempotency key: a worker may die after the effect and before
 * its record, and then the step runs again.
 */
final class OrderFlow implements FlowHandler<PlaceOrder, OrderResult> {
  private static final int REVIEW_AFTER_DAYS = 7;

  /** The payment service fails now and then: tried for some seconds before the run gives up. */
  private static final StepOptions PATIENT =
      StepOptions.builder()
          .retryPolicy(RetryPolicy.exponential(8, Duration.ofMillis(200), Duration.ofSeconds(5)))
          .build();

  private final Days days;
  private final Warehouse warehouse;
  private final PaymentClient payments;
  private final Mailer mail;

  OrderFlow(Days days, Warehouse warehouse, PaymentClient payments, Mailer mail) {
    this.days = days;
    this.warehouse = warehouse;
    this.payments = payments;
    this.mail = mail;
  }

  @Override
  public OrderResult run(Steps steps, PlaceOrder order) {
    // An order of what there is not fails here for good: the run ends, and goes to onFailure.
    long cents =
        Objects.requireNonNull(
            steps.run("validate", Long.class, step -> warehouse.priceOf(order.lines())));

    Charge charge;
    try {
      charge =
          Objects.requireNonNull(
              steps.run(
                  "charge",
                  Charge.class,
                  PATIENT,
                  step -> payments.charge(order, cents, step.idempotencyKey())));
    } catch (StepFailedException e) {
      if (!e.causeIs(CardDeclinedException.class)) {
        throw e; // nobody knows whether it was charged: for people to look at
      }
      steps.run("notify declined", step -> mail.declined(order, step.idempotencyKey()));
      return OrderResult.declined();
    }

    steps.parallel(
        "fulfil",
        both -> {
          both.run("confirm", step -> mail.confirmed(order, cents, step.idempotencyKey()));
          both.run("decrement", step -> warehouse.take(order.lines(), step.idempotencyKey()));
        });

    steps.sleep("before review", days.of(REVIEW_AFTER_DAYS));
    steps.run("ask review", step -> mail.review(order, step.idempotencyKey()));
    return OrderResult.fulfilled(charge.id());
  }

  @Override
  public void onFailure(Steps steps, PlaceOrder order, Failure failure) {
    steps.run("notify refused", step -> mail.refused(order, step.idempotencyKey()));
  }
}
