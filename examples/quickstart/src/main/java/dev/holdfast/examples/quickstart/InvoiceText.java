package dev.holdfast.examples.quickstart;

import java.math.BigDecimal;
import java.util.Locale;

/** Lays an invoice out as text. A pure function of the order and the address. */
final class InvoiceText {
  private static final int WIDTH = 66;
  private static final String RULE = "-".repeat(WIDTH);

  private InvoiceText() {}

  static String of(Order order, PostalAddress address) {
    StringBuilder page = new StringBuilder();
    row(page, "%-46s%20s", "NORDLICHT HOME", "INVOICE " + order.number());
    row(page, "%-46s%20s", "Hafenweg 12, 20457 Hamburg", order.date());
    line(page, "");
    line(page, order.customer());
    address.lines().forEach(part -> line(page, part));
    line(page, order.email());
    line(page, "");
    row(page, "%5s  %-33s%12s%14s", "Qty", "Item", "Price", "Amount");
    line(page, RULE);
    for (Order.Item item : order.items()) {
      row(
          page,
          "%5d  %-33s%12s%14s",
          item.quantity(),
          item.name(),
          money(item.price()),
          money(item.amount()));
    }
    line(page, RULE);
    sum(page, "Net", order, order.net());
    sum(page, "VAT " + order.vatPercent().toPlainString() + " %", order, order.vat());
    sum(page, "To pay", order, order.total());
    line(page, "");
    line(page, "Payable within 14 days. Thank you for your order.");
    return page.toString();
  }

  private static void sum(StringBuilder page, String what, Order order, BigDecimal amount) {
    row(page, "%48s  %3s%13s", what, order.currency(), money(amount));
  }

  private static String money(BigDecimal amount) {
    return String.format(Locale.ROOT, "%,.2f", amount);
  }

  private static void row(StringBuilder page, String format, Object... values) {
    page.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static void line(StringBuilder page, String text) {
    page.append(text).append('\n');
  }
}
