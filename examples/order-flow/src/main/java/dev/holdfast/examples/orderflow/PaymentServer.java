package dev.holdfast.examples.orderflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP API of a payment service. It knows nothing of Holdfast, and fails as such services do:
 * now and then it is overloaded, and now and then the answer is lost after the money was taken.
 *
 * <pre>
 * POST /charges   {"order": …, "card": …, "cents": …} and the header Idempotency-Key
 *                 200 with the charge: a new one, or that of an earlier request with this key
 *                 402 if the card is declined, 503 if it is overloaded, and nothing was done
 * GET  /book      what was charged, and what went wrong
 * </pre>
 */
final class PaymentServer implements AutoCloseable {
  static final String KEY_HEADER = "Idempotency-Key";
  static final String DECLINED_CARD = "4000-0000-0000-0002";
  static final int DECLINED = 402;

  /** Of so many requests one is refused: the second, the sixth, … */
  private static final int REFUSED_OF = 4;

  /** Of so many answers to charges one is lost: the second, the fifth, … */
  private static final int LOST_OF = 3;

  private final HttpServer http;
  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private final ObjectMapper json = new ObjectMapper();

  // Guarded by this.
  private final Map<String, Entry> byKey = new LinkedHashMap<>();
  private int requests;
  private int answers;
  private int refused;
  private int lost;
  private int declined;

  /**
   * A line of the book.
   *
   * @param key the idempotency key
   * @param order the order
   * @param charge the charge
   * @param requests how many requests had this key
   */
  record Entry(String key, String order, Charge charge, int requests) {
    Entry again() {
      return new Entry(key, order, charge, requests + 1);
    }
  }

  /**
   * What was charged, and what went wrong.
   *
   * @param charged all charges
   * @param refused requests that were answered 503
   * @param lost charges whose answer was lost
   * @param declined requests that were declined
   */
  record Book(List<Entry> charged, int refused, int lost, int declined) {
    Book {
      charged = List.copyOf(charged);
    }
  }

  private PaymentServer(HttpServer http) {
    this.http = http;
  }

  /** Serves until its starter closes the standard input, or is gone. */
  public static void main(String[] args) throws IOException {
    try (PaymentServer server = start()) {
      ChildJvm.serve(server.uri().toString());
    }
  }

  /** Starts it on a free port of the loopback interface. */
  static PaymentServer start() throws IOException {
    // Else a reply in two packets waits for the client's delayed acknowledgement, some 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    PaymentServer server = new PaymentServer(http);
    http.createContext("/charges", server::charge);
    http.createContext("/book", exchange -> server.answer(exchange, 200, server.book()));
    http.setExecutor(server.threads);
    http.start();
    return server;
  }

  URI uri() {
    return URI.create(
        "http://" + http.getAddress().getHostString() + ":" + http.getAddress().getPort());
  }

  private void charge(HttpExchange exchange) throws IOException {
    JsonNode request = json.readTree(exchange.getRequestBody());
    String key = exchange.getRequestHeaders().getFirst(KEY_HEADER);
    if (key == null) {
      answer(exchange, 400, Map.of("error", KEY_HEADER + " is missing"));
      return;
    }
    Verdict verdict =
        judge(
            key,
            request.path("order").asText(),
            request.path("card").asText(),
            request.path("cents").asLong());
    if (verdict.lost()) {
      exchange.close(); // the client sees a connection that breaks, and cannot know more
    } else if (verdict.charge() != null) {
      answer(exchange, 200, verdict.charge());
    } else {
      answer(exchange, verdict.status(), Map.of());
    }
  }

  /** What a request gets. */
  private record Verdict(int status, @Nullable Charge charge, boolean lost) {}

  private synchronized Verdict judge(String key, String order, String card, long cents) {
    requests++;
    if (requests % REFUSED_OF == 2) {
      refused++;
      return new Verdict(503, null, false);
    }
    if (card.equals(DECLINED_CARD)) {
      declined++;
      return new Verdict(DECLINED, null, false);
    }
    Entry before = byKey.get(key);
    Entry entry =
        before == null
            ? new Entry(key, order, new Charge("ch-" + (byKey.size() + 1), cents), 1)
            : before.again();
    byKey.put(key, entry);
    answers++;
    boolean loses = answers % LOST_OF == 2;
    lost += loses ? 1 : 0;
    return new Verdict(200, entry.charge(), loses);
  }

  private synchronized Book book() {
    return new Book(new ArrayList<>(byKey.values()), refused, lost, declined);
  }

  private void answer(HttpExchange exchange, int status, Object body) throws IOException {
    byte[] bytes = json.writeValueAsBytes(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }
}
