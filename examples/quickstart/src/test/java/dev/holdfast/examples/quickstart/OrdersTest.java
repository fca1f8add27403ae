package dev.holdfast.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrdersTest {
  private static final String HEADER =
      "number,date,customer,email,street,city,country,currency,items,net,vat\n";
  private static final String GOOD =
      "HF-1,2026-10-05,\"Café \"\"Zum Anker\"\", Köln\",a@example.com,Am Markt 1,Köln,DE,EUR,"
          + "\"2 x Desk lamp, brass @ 89.50; 1 x Door mat @ 31.40\",210.40,19\n";

  @Test
  void the_bundled_file_holds_200_orders_and_one_row_that_is_none() throws IOException {
    Orders orders = Orders.bundled();

    assertThat(orders.valid()).hasSize(200).doesNotHaveDuplicates();
    assertThat(orders.valid())
        .extracting(Order::number)
        .doesNotHaveDuplicates()
        .contains(AddressBook.FLAKY, AddressBook.HOPELESS);
    assertThat(orders.rejected())
        .containsExactly(new Orders.Rejected(90, "net is \"589.0O\", which is no number"));
  }

  @Test
  void quoted_cells_hold_commas_and_quotes() throws IOException {
    Order order = read(GOOD).valid().get(0);

    assertThat(order.customer()).isEqualTo("Café \"Zum Anker\", Köln");
    assertThat(order.items())
        .containsExactly(
            new Order.Item(2, "Desk lamp, brass", new BigDecimal("89.50")),
            new Order.Item(1, "Door mat", new BigDecimal("31.40")));
  }

  @Test
  void vat_is_rounded_to_the_cent_and_added() throws IOException {
    Order order = read(GOOD).valid().get(0);

    assertThat(order.vat()).isEqualByComparingTo("39.98");
    assertThat(order.total()).isEqualByComparingTo("250.38");
  }

  @Test
  void a_row_that_is_no_order_is_set_aside_with_its_line_and_the_reason() throws IOException {
    Orders orders =
        read(
            GOOD
                + "HF-2,2026-10-05\n"
                + GOOD.replace("2026-10-05", "5 October")
                + GOOD.replace("210.40", "211.40")
                + GOOD.replace("2 x", "two")
                + GOOD.replace("Am Markt 1", " ")
                + GOOD.replace("\"2 x", "2 x")
                + GOOD);

    assertThat(orders.valid()).hasSize(2);
    assertThat(orders.rejected())
        .extracting(Orders.Rejected::line)
        .containsExactly(3, 4, 5, 6, 7, 8);
    assertThat(orders.rejected())
        .extracting(Orders.Rejected::reason)
        .containsExactly(
            "2 cells instead of 11",
            "date is \"5 October\", not of the form 2026-10-05",
            "net is 211.40, but the items add up to 210.40",
            "item \"two Desk lamp, brass @ 89.50\" is not of the form 2 x Desk lamp @ 89.50",
            "street is empty",
            "a quote is not closed");
  }

  private static Orders read(String rows) throws IOException {
    return Orders.read(new StringReader(HEADER + rows));
  }

  @Test
  void an_empty_file_holds_no_orders() throws IOException {
    assertThat(Orders.read(new StringReader(""))).isEqualTo(new Orders(List.of(), List.of()));
  }
}
