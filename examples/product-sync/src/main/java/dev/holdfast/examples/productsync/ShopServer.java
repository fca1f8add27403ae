package dev.holdfast.examples.productsync;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * The shop's HTTP API. It knows nothing of Holdfast.
 *
 * <pre>
 * GET  /catalogue                    how many products and pages there are
 * GET  /products?page=7              the products of a page, from 0
 * GET  /admin/phases                 what was served and refused; costs nothing
 * POST /admin/phase?name=…&amp;perMinute=20    begins a phase with another limit
 * </pre>
 *
 * <p>The first two count against the limit of the client that {@code X-Client} names: 60 requests a
 * minute by the {@link SlidingWindow}, and 429 with {@code Retry-After} beyond it, in seconds of
 * the shop's time.
 */
final class ShopServer implements AutoCloseable {
  static final String CLIENT_HEADER = "X-Client";
  static final int PER_MINUTE = 60;
  static final String FIRST_PHASE = "start";

  /** In the shop's time, as everything here. */
  private static final Duration TO_ANSWER = Duration.ofSeconds(1);

  private static final int TOO_MANY_REQUESTS = 429;

  private final HttpServer http;
  private final ExecutorService threads;
  private final ShopLimiter limiter;
  private final Tempo tempo;
  private final Catalogue catalogue;
  private final ObjectMapper json = new ObjectMapper();

  /**
   * What the shop has.
   *
   * @param products how many products, numbered from 1
   * @param pageSize products a page; the last one may have fewer
   */
  record Catalogue(long products, int pageSize) {
    /** How many pages, from 0. */
    int pages() {
      return (int) ((products + pageSize - 1) / pageSize);
    }
  }

  private ShopServer(HttpServer http, Catalogue catalogue, Tempo tempo) {
    this.http = http;
    this.catalogue = catalogue;
    this.tempo = tempo;
    this.threads = Executors.newFixedThreadPool(2);
    long started = System.nanoTime();
    this.limiter = new ShopLimiter(() -> tempo.shop(Duration.ofNanos(System.nanoTime() - started)));
  }

  /** Serves until its starter closes the standard input, or is gone. */
  public static void main(String[] args) throws IOException {
    Catalogue catalogue = new Catalogue(Long.parseLong(args[0]), Integer.parseInt(args[1]));
    try (ShopServer shop = start(catalogue, new Tempo(Integer.parseInt(args[2])))) {
      ChildJvm.serve(shop.uri().toString());
    }
  }

  /** Starts it on a free port of the loopback interface. */
  static ShopServer start(Catalogue catalogue, Tempo tempo) throws IOException {
    // Else a reply in two packets waits for the client's delayed acknowledgement, some 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ShopServer shop = new ShopServer(http, catalogue, tempo);
    shop.limiter.begin(FIRST_PHASE, PER_MINUTE);
    http.createContext("/catalogue", shop.limited(query -> catalogue));
    http.createContext("/products", shop.limited(shop::products));
    http.createContext("/admin/phases", exchange -> shop.answer(exchange, 200, shop.phases()));
    http.createContext("/admin/phase", shop::beginPhase);
    http.setExecutor(shop.threads);
    http.start();
    return shop;
  }

  URI uri() {
    return URI.create(
        "http://" + http.getAddress().getHostString() + ":" + http.getAddress().getPort());
  }

  private List<ShopLimiter.Phase> phases() {
    return limiter.phases();
  }

  private List<Product> products(Map<String, String> query) {
    int page = Integer.parseInt(query.getOrDefault("page", "0"));
    return Product.page(page, catalogue.pageSize(), catalogue.products());
  }

  private void beginPhase(HttpExchange exchange) throws IOException {
    Map<String, String> query = query(exchange);
    limiter.begin(
        query.getOrDefault("name", "?"),
        Integer.parseInt(query.getOrDefault("perMinute", String.valueOf(PER_MINUTE))));
    answer(exchange, 200, phases());
  }

  /** What a client gets for one of its requests. */
  private interface Resource {
    Object get(Map<String, String> query);
  }

  /** Judged when it arrives; answered a moment later, as over a real network. */
  private HttpHandler limited(Resource resource) {
    Executor later =
        CompletableFuture.delayedExecutor(
            tempo.real(TO_ANSWER).toNanos(), TimeUnit.NANOSECONDS, threads);
    return exchange -> {
      String client = exchange.getRequestHeaders().getFirst(CLIENT_HEADER);
      Duration wait = limiter.ask(client == null ? "" : client);
      later.execute(() -> answer(exchange, wait, resource));
    };
  }

  private void answer(HttpExchange exchange, Duration wait, Resource resource) {
    try {
      if (wait.isZero()) {
        answer(exchange, 200, resource.get(query(exchange)));
      } else {
        exchange.getResponseHeaders().set("Retry-After", String.valueOf(wait.toSeconds()));
        answer(exchange, TOO_MANY_REQUESTS, Map.of("error", "too many requests"));
      }
    } catch (IOException | RuntimeException e) {
      // A client that was killed does not wait for its answer.
      LoggerFactory.getLogger(ShopServer.class).warn("not answered", e);
      exchange.close();
    }
  }

  private void answer(HttpExchange exchange, int status, Object body) throws IOException {
    byte[] bytes = json.writeValueAsBytes(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  private static Map<String, String> query(HttpExchange exchange) {
    Map<String, String> query = new HashMap<>();
    String text = exchange.getRequestURI().getRawQuery();
    for (String part : text == null ? new String[0] : text.split("&", -1)) {
      int equals = part.indexOf('=');
      String name = part.substring(0, Math.max(0, equals));
      query.put(name, URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return query;
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }
}
