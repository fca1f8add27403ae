package dev.holdfast.examples.orderflow;

import org.jspecify.annotations.Nullable;

/**
 * How an order ended.
 *
 * @param end {@code fulfilled} or {@code declined}
 * @param chargeId the charge of the payment service, or null
 */
public record OrderResult(String end, @Nullable String chargeId) {
  static final String FULFILLED = "fulfilled";
  static final String DECLINED = "declined";

  static OrderResult fulfilled(String chargeId) {
    return new OrderResult(FULFILLED, chargeId);
  }

  static OrderResult declined() {
    return new OrderResult(DECLINED, null);
  }
}
