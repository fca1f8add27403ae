package dev.holdfast.examples.orderflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.examples.orderflow.PaymentServer.Book;
import dev.holdfast.examples.orderflow.PaymentServer.Entry;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PaymentServerTest {
  private static final PlaceOrder ORDER = Customer.ANNA.order();

  private PaymentServer server;
  private PaymentClient client;

  @BeforeEach
  void start() throws IOException {
    server = PaymentServer.start();
    client = new PaymentClient(server.uri());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void whatever_goes_wrong_asking_again_with_the_key_charges_once() throws Exception {
    Charge charge = client.charge(ORDER, 700, "key-1");
    assertThatExceptionOfType(IOException.class)
        .as("the second request is refused")
        .isThrownBy(() -> client.charge(ORDER, 700, "key-1"))
        .withMessageContaining("503");
    assertThatExceptionOfType(IOException.class)
        .as("the second answer is lost")
        .isThrownBy(() -> client.charge(ORDER, 700, "key-1"));

    assertThat(client.charge(ORDER, 700, "key-1")).isEqualTo(charge);
    assertThat(charge).isEqualTo(new Charge("ch-1", 700));
    Book book = client.book();
    assertThat(book.charged()).containsExactly(new Entry("key-1", "anna", charge, 3));
    assertThat(book.refused()).isEqualTo(1);
    assertThat(book.lost()).isEqualTo(1);
  }

  @Test
  void another_key_is_another_charge() throws Exception {
    client.charge(ORDER, 700, "key-1");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> client.charge(ORDER, 700, "key-2"));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> client.charge(ORDER, 700, "key-2"));

    assertThat(client.charge(ORDER, 700, "key-2").id()).isEqualTo("ch-2");
    assertThat(client.book().charged()).hasSize(2);
  }

  @Test
  void a_declined_card_is_not_charged() throws Exception {
    assertThatExceptionOfType(CardDeclinedException.class)
        .isThrownBy(() -> client.charge(Customer.DORA.order(), 700, "key-1"));

    assertThat(client.book()).isEqualTo(new Book(List.of(), 0, 0, 1));
  }
}
