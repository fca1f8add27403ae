package dev.holdfast.examples.orderflow;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.examples.orderflow.PaymentServer.Book;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** Asks the payment service. Safe for use by many threads. */
final class PaymentClient {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
  private final ObjectMapper json = new ObjectMapper();
  private final URI server;

  PaymentClient(URI server) {
    this.server = server;
  }

  /**
   * Takes money, once for each key.
   *
   * @throws CardDeclinedException if the bank does not pay
   * @throws IOException if it is not known whether the money was taken: to be asked again with the
   *     same key
   */
  Charge charge(PlaceOrder order, long cents, String idempotencyKey)
      throws IOException, InterruptedException {
    byte[] body =
        json.writeValueAsBytes(
            Map.of("order", order.orderId(), "card", order.card(), "cents", cents));
    HttpResponse<byte[]> response =
        http.send(
            HttpRequest.newBuilder(server.resolve("/charges"))
                .timeout(PATIENCE)
                .header(PaymentServer.KEY_HEADER, idempotencyKey)
                .POST(BodyPublishers.ofByteArray(body))
                .build(),
            BodyHandlers.ofByteArray());
    if (response.statusCode() == PaymentServer.DECLINED) {
      throw new CardDeclinedException("the card of order " + order.orderId() + " is declined");
    }
    return read(response, Charge.class);
  }

  /** The service's book. */
  Book book() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(server.resolve("/book")).timeout(PATIENCE).build();
    return read(http.send(request, BodyHandlers.ofByteArray()), Book.class);
  }

  private <T> T read(HttpResponse<byte[]> response, Class<T> type) throws IOException {
    if (response.statusCode() != 200) {
      throw new IOException("the payment service answered " + response.statusCode());
    }
    return json.readValue(response.body(), type);
  }
}
