package dev.holdfast.testkit.redis;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection to Redis without a client library: enough to send {@code CONFIG}, {@code INFO},
 * {@code DEBUG} or {@code CLIENT LIST} from a test.
 *
 * <p>Text is UTF-8 both ways; bytes that are not are replaced. No pub/sub, no pipelining, no TLS.
 * Safe for use by several threads: a command waits until the one before it is answered.
 */
public final class RespClient implements AutoCloseable {
  /**
   * How long {@link #connect(String)} lets a connect or one answer take: 5 s. Chosen, not measured.
   */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  private final RedisAddress address;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  private RespClient(RedisAddress address, Socket socket, InputStream in, OutputStream out) {
    this.address = address;
    this.socket = socket;
    this.in = in;
    this.out = out;
  }

  /**
   * Connects with {@link #DEFAULT_TIMEOUT}, logs in and selects the database that the URL names.
   *
   * @param uri {@code redis://[user:password@]host[:port][/database]}
   * @return an open connection; close it
   * @throws IllegalArgumentException if the URL has another form
   * @throws UncheckedIOException if nothing answers there
   * @throws RespException if the login or the database is refused
   */
  public static RespClient connect(String uri) {
    return connect(uri, DEFAULT_TIMEOUT);
  }

  /**
   * Connects, logs in and selects the database that the URL names.
   *
   * @param uri {@code redis://[user:password@]host[:port][/database]}
   * @param timeout how long the connect, and later each answer, may take; 1 ms to {@link
   *     Integer#MAX_VALUE} ms
   * @return an open connection; close it
   * @throws IllegalArgumentException if the URL has another form, or the timeout is out of bounds
   * @throws UncheckedIOException if nothing answers there
   * @throws RespException if the login or the database is refused
   */
  public static RespClient connect(String uri, Duration timeout) {
    return connect(RedisAddress.parse(uri), timeout);
  }

  static RespClient connect(RedisAddress address, Duration timeout) {
    if (timeout.compareTo(Duration.ofMillis(1)) < 0
        || timeout.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException(
          "timeout must be 1 ms to " + Integer.MAX_VALUE + " ms: " + timeout);
    }
    RespClient client = open(address, (int) timeout.toMillis());
    try {
      if (address.password() != null) {
        if (address.user() == null) {
          client.command("AUTH", address.password());
        } else {
          client.command("AUTH", address.user(), address.password());
        }
      }
      if (address.database() != 0) {
        client.command("SELECT", Integer.toString(address.database()));
      }
      return client;
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private static RespClient open(RedisAddress address, int timeoutMs) {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(address.host(), address.port()), timeoutMs);
      socket.setSoTimeout(timeoutMs);
      return new RespClient(
          address,
          socket,
          new BufferedInputStream(socket.getInputStream()),
          socket.getOutputStream());
    } catch (IOException e) {
      closeQuietly(socket);
      throw new UncheckedIOException("cannot connect to " + address + ": " + e.getMessage(), e);
    }
  }

  /**
   * Sends one command and waits for its answer.
   *
   * @param parts the command and its arguments, each sent as it is
   * @return a {@link String}, a {@link Long}, a {@link List} of these (nested as Redis nests them,
   *     unmodifiable), or null for nil
   * @throws IllegalArgumentException if there is no part
   * @throws RespException if the answer is an error
   * @throws UncheckedIOException if no answer comes in time or the connection breaks; the
   *     connection is then closed, because a late answer would be taken for that of the next
   *     command
   */
  public synchronized @Nullable Object command(String... parts) {
    if (parts.length == 0) {
      throw new IllegalArgumentException("a command has at least one part");
    }
    try {
      out.write(encoded(parts));
      out.flush();
      return result(read());
    } catch (IOException e) {
      close();
      // the arguments stay out of the message: they may hold a password
      throw new UncheckedIOException(
          "no answer to " + parts[0] + " from " + address + ": " + e.getMessage(), e);
    }
  }

  /**
   * Sends one command whose answer is text.
   *
   * @param parts the command and its arguments
   * @return the answer as text; a number in decimal
   * @throws IllegalStateException if the answer is nil or a list
   * @throws RespException if the answer is an error
   * @throws UncheckedIOException as {@link #command}
   */
  public String text(String... parts) {
    Object answer = command(parts);
    if (answer instanceof String || answer instanceof Long) {
      return answer.toString();
    }
    throw new IllegalStateException(
        parts[0] + " answered " + (answer == null ? "nil" : "a list") + ", not text");
  }

  /**
   * Reads one section of {@code INFO}.
   *
   * @param section such as {@code server} or {@code persistence}; {@code everything} for all
   * @return field to value, in the order Redis gives them
   * @throws RespException if the answer is an error
   * @throws UncheckedIOException as {@link #command}
   */
  public Map<String, String> info(String section) {
    Map<String, String> fields = new LinkedHashMap<>();
    text("INFO", section)
        .lines()
        .forEach(
            line -> {
              int colon = line.indexOf(':');
              if (colon > 0 && line.charAt(0) != '#') {
                fields.put(line.substring(0, colon), line.substring(colon + 1));
              }
            });
    return Collections.unmodifiableMap(fields);
  }

  /** Closes the connection; a command that waits for its answer fails. Idempotent. */
  @Override
  public void close() {
    closeQuietly(socket);
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException ignored) {
      // nothing is left to do for a socket that does not even close
    }
  }

  private static byte[] encoded(String... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(ascii("*" + parts.length + "\r\n"));
    for (String part : parts) {
      byte[] body = part.getBytes(StandardCharsets.UTF_8);
      bytes.writeBytes(ascii("$" + body.length + "\r\n"));
      bytes.writeBytes(body);
      bytes.writeBytes(ascii("\r\n"));
    }
    return bytes.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static @Nullable Object result(@Nullable Object answer) {
    if (answer instanceof RespException error) {
      // filled in here, so that the trace shows the caller and not the parser
      error.fillInStackTrace();
      throw error;
    }
    return answer;
  }

  /**
   * Reads one RESP2 value; an error is returned, not thrown, so that a list with one in it is read
   * to its end.
   */
  private @Nullable Object read() throws IOException {
    String line = line();
    if (line.isEmpty()) {
      throw new IOException("an empty line is not RESP");
    }
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+' -> rest;
      case '-' -> new RespException(rest);
      case ':' -> number(rest);
      case '$' -> bulk(number(rest));
      case '*' -> list(number(rest));
      default ->
          throw new IOException("not RESP2: a line that begins with '" + line.charAt(0) + "'");
    };
  }

  private @Nullable String bulk(long length) throws IOException {
    if (length < 0) {
      return null;
    }
    byte[] body = exactly(length);
    exactly(2);
    return new String(body, StandardCharsets.UTF_8);
  }

  private @Nullable List<@Nullable Object> list(long length) throws IOException {
    if (length < 0) {
      return null;
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (long i = 0; i < length; i++) {
      values.add(read());
    }
    return Collections.unmodifiableList(values);
  }

  private byte[] exactly(long length) throws IOException {
    byte[] bytes = in.readNBytes(Math.toIntExact(length));
    if (bytes.length < length) {
      throw new EOFException("the connection was closed within an answer");
    }
    return bytes;
  }

  private static long number(String text) throws IOException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException("not RESP: '" + text + "' where a number belongs", e);
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\r'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection was closed");
      }
      bytes.write(b);
    }
    exactly(1);
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
