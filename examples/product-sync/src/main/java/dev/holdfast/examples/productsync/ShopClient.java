package dev.holdfast.examples.productsync;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.examples.productsync.ShopServer.Catalogue;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Asks the shop. Each call is one request, and is not repeated. Safe for use by many threads. */
final class ShopClient {
  private static final String CLIENT = "product-sync";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
  private final ObjectMapper json = new ObjectMapper();
  private final URI shop;
  private final Tempo tempo;

  ShopClient(URI shop, Tempo tempo) {
    this.shop = shop;
    this.tempo = tempo;
  }

  /** The shop answered 429. */
  static final class TooManyRequestsException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    TooManyRequestsException(Duration retryAfter) {
      super("the shop answered 429, retry after " + retryAfter);
      this.retryAfter = retryAfter;
    }

    /** What {@code Retry-After} said, in real time. */
    Duration retryAfter() {
      return retryAfter;
    }
  }

  /**
   * How many products and pages there are.
   *
   * @throws TooManyRequestsException if the shop says so
   */
  Catalogue catalogue() throws IOException, InterruptedException {
    return json.readValue(send(get("/catalogue")), Catalogue.class);
  }

  /**
   * The products of a page.
   *
   * @throws TooManyRequestsException if the shop says so
   */
  List<Product> page(int page) throws IOException, InterruptedException {
    return json.readValue(send(get("/products?page=" + page)), new TypeReference<>() {});
  }

  /** What the shop has served and refused. Costs nothing. */
  List<ShopLimiter.Phase> phases() throws IOException, InterruptedException {
    return json.readValue(send(get("/admin/phases")), new TypeReference<>() {});
  }

  /** Gives the shop another limit, and its count a new phase. */
  void beginPhase(String name, int perMinute) throws IOException, InterruptedException {
    String query =
        "?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8) + "&perMinute=" + perMinute;
    send(request("/admin/phase" + query).POST(HttpRequest.BodyPublishers.noBody()));
  }

  private HttpRequest.Builder get(String path) {
    return request(path).GET();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(shop.resolve(path))
        .timeout(PATIENCE)
        .header(ShopServer.CLIENT_HEADER, CLIENT);
  }

  private byte[] send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
    if (response.statusCode() == 429) {
      long seconds = response.headers().firstValueAsLong("Retry-After").orElse(1);
      throw new TooManyRequestsException(tempo.real(Duration.ofSeconds(seconds)));
    }
    if (response.statusCode() != 200) {
      throw new IOException("the shop answered " + response.statusCode());
    }
    return response.body();
  }
}
