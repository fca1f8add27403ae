package dev.holdfast.testkit.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a {@code redis://[user:password@]host[:port][/database]} URL. Its messages never
 * show a password.
 */
record RedisAddress(
    String host, int port, @Nullable String user, @Nullable String password, int database) {
  private static final int DEFAULT_PORT = 6379;

  /**
   * Takes a URL apart.
   *
   * @throws IllegalArgumentException if it is not such a URL; TLS, Sentinel, Cluster and socket
   *     URLs are not
   */
  static RedisAddress parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      // neither the cause nor its message: both quote the text, password included
      throw new IllegalArgumentException(
          "not a URL of the form redis://[user:password@]host[:port][/database]");
    }
    if (!"redis".equals(uri.getScheme()) || uri.getHost() == null) {
      throw new IllegalArgumentException(
          "not a URL of the form redis://[user:password@]host[:port][/database]"
              + (uri.getScheme() == null ? "" : ": its scheme is '" + uri.getScheme() + "'"));
    }
    String user = null;
    String password = null;
    if (uri.getUserInfo() != null) {
      int colon = uri.getUserInfo().indexOf(':');
      user = colon <= 0 ? null : uri.getUserInfo().substring(0, colon);
      password = uri.getUserInfo().substring(colon + 1);
    }
    return new RedisAddress(
        uri.getHost(),
        uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
        user,
        password,
        database(uri));
  }

  private static int database(URI uri) {
    String path = uri.getPath() == null ? "" : uri.getPath();
    if (path.isEmpty() || path.equals("/")) {
      return 0;
    }
    try {
      return Integer.parseUnsignedInt(path.substring(1));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the database of a redis:// URL is a number, not '" + path + "'", e);
    }
  }

  String uri() {
    String login =
        password == null ? "" : (user == null ? "" : encoded(user)) + ":" + encoded(password) + "@";
    return String.format(
        Locale.ROOT, "redis://%s%s:%d%s", login, host, port, database == 0 ? "" : "/" + database);
  }

  String withoutPassword() {
    return new RedisAddress(host, port, null, null, database).uri();
  }

  private static String encoded(String text) {
    // URLEncoder writes forms, where a blank is '+'; in a URL it is %20
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public String toString() {
    return withoutPassword();
  }
}
