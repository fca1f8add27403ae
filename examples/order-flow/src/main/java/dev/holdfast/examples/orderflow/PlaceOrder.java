package dev.holdfast.examples.orderflow;

import dev.holdfast.job.JobType;
import java.util.List;

/**
 * A customer has ordered.
 *
 * @param orderId the shop's number of the order
 * @param address where mail goes
 * @param card the number of the card to charge
 * @param lines what was ordered
 */
@JobType(value = "order.process", queue = PlaceOrder.QUEUE)
public record PlaceOrder(String orderId, String address, String card, List<Line> lines) {
  static final String QUEUE = "orders";

  /** Copies the list. */
  public PlaceOrder {
    lines = List.copyOf(lines);
  }

  /**
   * Some of an article.
   *
   * @param article its name
   * @param quantity at least 1
   */
  public record Line(String article, int quantity) {}
}
