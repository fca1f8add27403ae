package dev.holdfast.examples.quickstart;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/**
 * An order of the shop. It travels to the handler as JSON, so its fields are plain: text, numbers
 * and lists of such.
 *
 * @param number the order number, such as {@code HF-2001}
 * @param date the day it was placed, ISO-8601
 * @param customer a person or a company
 * @param email where the invoice goes
 * @param street street and house number, as the customer typed them
 * @param city the town, as the customer typed it
 * @param country ISO 3166 code, two letters
 * @param currency ISO 4217 code, three letters
 * @param items what was bought; at least one
 * @param net the sum of the items, in the currency
 * @param vatPercent the VAT rate, such as 19 or 8.1
 */
public record Order(
    String number,
    String date,
    String customer,
    String email,
    String street,
    String city,
    String country,
    String currency,
    List<Item> items,
    BigDecimal net,
    BigDecimal vatPercent) {

  /** Copies the items. */
  public Order {
    items = List.copyOf(items);
  }

  /** The VAT to pay, rounded to the cent. */
  BigDecimal vat() {
    return net.multiply(vatPercent).divide(BigDecimal.valueOf(100), 2, RoundingMode.HALF_UP);
  }

  /** What the customer pays. */
  BigDecimal total() {
    return net.add(vat());
  }

  /**
   * One line of an order.
   *
   * @param quantity how many, at least 1
   * @param name what
   * @param price the price of one, without VAT
   */
  public record Item(int quantity, String name, BigDecimal price) {
    /** Quantity times price. */
    BigDecimal amount() {
      return price.multiply(BigDecimal.valueOf(quantity));
    }
  }
}
