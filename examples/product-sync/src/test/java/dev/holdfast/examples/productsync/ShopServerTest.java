package dev.holdfast.examples.productsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.examples.productsync.ShopClient.TooManyRequestsException;
import dev.holdfast.examples.productsync.ShopLimiter.Phase;
import dev.holdfast.examples.productsync.ShopServer.Catalogue;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShopServerTest {
  private static final Tempo TEMPO = new Tempo(120);

  private ShopServer server;
  private ShopClient client;

  @BeforeEach
  void start() throws IOException {
    server = ShopServer.start(new Catalogue(25, 10), TEMPO);
    client = new ShopClient(server.uri(), TEMPO);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void all_pages_together_hold_every_product_once() throws Exception {
    assertThat(client.catalogue()).isEqualTo(new Catalogue(25, 10));
    assertThat(client.page(0)).hasSize(10).startsWith(Product.of(1));
    assertThat(client.page(1)).hasSize(10).startsWith(Product.of(11));
    assertThat(client.page(2)).hasSize(5).endsWith(Product.of(25));
    assertThat(client.page(3)).isEmpty();
  }

  @Test
  void a_request_too_many_is_told_when_to_come_again() throws Exception {
    client.beginPhase("lowered", 2);
    client.page(0);
    client.page(1);

    assertThatExceptionOfType(TooManyRequestsException.class)
        .isThrownBy(() -> client.page(2))
        .satisfies(
            refused ->
                assertThat(refused.retryAfter())
                    .isPositive()
                    .isLessThanOrEqualTo(TEMPO.real(Duration.ofMinutes(1))));
    assertThat(client.phases())
        .containsExactly(
            new Phase(ShopServer.FIRST_PHASE, ShopServer.PER_MINUTE, 0, 0, 0),
            new Phase("lowered", 2, 2, 1, 1));
  }
}
