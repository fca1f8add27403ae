package dev.holdfast.redis;

import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.EngineRefusedException.Problem;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is and how it is spoken to. Its text never shows a user or a password. Immutable.
 *
 * <table>
 * <caption>Forms; an {@code s} after {@code redis} means TLS</caption>
 * <tr><td>one server</td><td>{@code redis[s]://[[user:]password@]host[:6379][/db]}</td></tr>
 * <tr><td>the primary that Sentinels know</td>
 * <td>{@code redis[s]-sentinel://[[user:]password@]host[:26379][,host…][/db]#name}</td></tr>
 * <tr><td>a Cluster, by any of its nodes</td>
 * <td>{@code redis[s]-cluster://[[user:]password@]host[:6379][,host…]}</td></tr>
 * </table>
 *
 * <p>User and password are those of the Redis servers, percent-encoded where a URI needs it. With
 * TLS, {@code ?verifyPeer=CA} checks the certificate but not the host's name, and {@code
 * ?verifyPeer=NONE} checks nothing; by default both are checked.
 */
public final class RedisUri {
  /** How many servers there are and who knows the one to write to. */
  enum Topology {
    STANDALONE("redis"),
    SENTINEL("redis-sentinel"),
    CLUSTER("redis-cluster");

    private final String scheme;

    Topology(String scheme) {
      this.scheme = scheme;
    }

    /** The scheme of its URIs without TLS. */
    String scheme() {
      return scheme;
    }
  }

  private static final Pattern FORM =
      Pattern.compile(
          "redis(?<tls>s?)(?<kind>-sentinel|-cluster)?://(?:(?<who>[^/?#]*)@)?(?<where>[^/?#@]*)"
              + "(?:/(?<db>[0-9]{0,9}))?(?:\\?verifyPeer=(?<verify>[A-Za-z]+))?(?:#(?<name>[^#]*))?");
  private static final Pattern HOST =
      Pattern.compile(
          "(?:\\[(?<six>[0-9A-Fa-f:.%]+)]|(?<host>[A-Za-z0-9._-]+))(?::(?<port>\\d+))?");
  private static final String EXPECTED = "expected redis://[[user:]password@]host[:port][/db]";

  private final Topology topology;
  private final boolean tls;
  private final SslVerifyMode verify;
  private final List<Node> nodes;
  private final int db;
  private final @Nullable String master;
  private final @Nullable RedisCredentialsProvider credentials;
  private final @Nullable RedisCredentialsProvider sentinelCredentials;

  private RedisUri(
      Topology topology,
      boolean tls,
      SslVerifyMode verify,
      List<Node> nodes,
      int db,
      @Nullable String master,
      @Nullable RedisCredentialsProvider credentials,
      @Nullable RedisCredentialsProvider sentinelCredentials) {
    this.topology = topology;
    this.tls = tls;
    this.verify = verify;
    this.nodes = List.copyOf(nodes);
    this.db = db;
    this.master = master;
    this.credentials = credentials;
    this.sentinelCredentials = sentinelCredentials;
  }

  /**
   * Reads a URI.
   *
   * @throws EngineRefusedException if it has none of the forms above; the message does not quote
   *     it, because it may hold a password
   */
  public static RedisUri parse(String uri) {
    Objects.requireNonNull(uri, "uri");
    Matcher form = FORM.matcher(uri);
    if (!form.matches() || uri.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
      throw unreadable(EXPECTED);
    }
    Topology topology = topology(form.group("kind"));
    List<Node> nodes = nodes(form.group("where"), topology == Topology.SENTINEL ? 26_379 : 6_379);
    if (nodes.size() > 1 && topology == Topology.STANDALONE) {
      throw unreadable(
          "it names several hosts; expected redis://host, redis-sentinel://host,host#name or"
              + " redis-cluster://host,host");
    }
    int db = form.group("db") == null || form.group("db").isEmpty() ? 0 : number(form.group("db"));
    if (db != 0 && topology == Topology.CLUSTER) {
      throw unreadable("a Cluster has database 0 only; expected redis-cluster://host[:port]");
    }
    String name = form.group("name") == null ? "" : decode(form.group("name"));
    if (name.isEmpty() == (topology == Topology.SENTINEL)) {
      throw unreadable(
          topology == Topology.SENTINEL
              ? "it names no primary; expected redis-sentinel://host[:port]#name"
              : EXPECTED + " without #");
    }
    return new RedisUri(
        topology,
        !form.group("tls").isEmpty(),
        verify(form.group("verify")),
        nodes,
        db,
        name.isEmpty() ? null : name,
        credentials(form.group("who")),
        null);
  }

  private static Topology topology(@Nullable String kind) {
    if (kind == null) {
      return Topology.STANDALONE;
    }
    return kind.equals("-sentinel") ? Topology.SENTINEL : Topology.CLUSTER;
  }

  private static List<Node> nodes(String where, int defaultPort) {
    if (where.isEmpty()) {
      throw new EngineRefusedException(
          Problem.UNREACHABLE, "the Redis URI names no host; expected redis://host[:port]", null);
    }
    List<Node> nodes = new ArrayList<>();
    for (String one : where.split(",", -1)) {
      Matcher host = HOST.matcher(one);
      if (!host.matches()) {
        throw unreadable(EXPECTED);
      }
      int port = host.group("port") == null ? defaultPort : number(host.group("port"));
      if (port < 1 || port > 65_535) {
        throw unreadable(EXPECTED);
      }
      nodes.add(new Node(host.group("six") != null ? host.group("six") : host.group("host"), port));
    }
    return nodes;
  }

  private static int number(String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw unreadable(EXPECTED);
    }
  }

  private static SslVerifyMode verify(@Nullable String value) {
    if (value == null) {
      return SslVerifyMode.FULL;
    }
    return switch (value.toUpperCase(Locale.ROOT)) {
      case "FULL" -> SslVerifyMode.FULL;
      case "CA" -> SslVerifyMode.CA;
      case "NONE" -> SslVerifyMode.NONE;
      default -> throw unreadable("verifyPeer is FULL, CA or NONE; " + EXPECTED);
    };
  }

  private static @Nullable RedisCredentialsProvider credentials(@Nullable String who) {
    if (who == null || who.isEmpty()) {
      return null;
    }
    int colon = who.indexOf(':');
    String user = colon <= 0 ? null : decode(who.substring(0, colon));
    String password = decode(who.substring(colon + 1));
    return RedisCredentialsProvider.from(() -> RedisCredentials.just(user, password.toCharArray()));
  }

  /** Undoes percent-encoding, and nothing else: a plus sign stays one. */
  private static String decode(String text) {
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[in.length];
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '%') {
        int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
        int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          throw unreadable(EXPECTED);
        }
        out[length++] = (byte) (high * 16 + low);
        i += 2;
      } else {
        out[length++] = in[i];
      }
    }
    return new String(out, 0, length, StandardCharsets.UTF_8);
  }

  private static EngineRefusedException unreadable(String hint) {
    // Neither the text nor a cause is quoted: either may hold a password.
    return new EngineRefusedException(
        Problem.UNREACHABLE, "the Redis URI cannot be read; " + hint, null);
  }

  /**
   * The same place with other credentials, asked for at each connect, so that they may change.
   *
   * @param provider gives user and password; must not block
   */
  public RedisUri withCredentials(RedisCredentialsProvider provider) {
    Objects.requireNonNull(provider, "provider");
    return new RedisUri(topology, tls, verify, nodes, db, master, provider, sentinelCredentials);
  }

  /**
   * The same place with credentials for the Sentinels themselves. Without, nothing is sent to them.
   *
   * @param provider gives user and password; must not block
   */
  public RedisUri withSentinelCredentials(RedisCredentialsProvider provider) {
    Objects.requireNonNull(provider, "provider");
    return new RedisUri(topology, tls, verify, nodes, db, master, credentials, provider);
  }

  Topology topology() {
    return topology;
  }

  boolean isTls() {
    return tls;
  }

  /** The server, the Sentinels, or nodes of the Cluster; at least one. */
  List<Node> nodes() {
    return nodes;
  }

  /** What the Sentinels call the primary; "" if there are none. */
  String master() {
    return master == null ? "" : master;
  }

  /** How Lettuce is told to connect to a Redis server of this place. */
  RedisURI lettuce(Node node) {
    RedisURI.Builder builder = base(node).withDatabase(db);
    if (credentials != null) {
      builder.withAuthentication(credentials);
    }
    return builder.build();
  }

  /** How Lettuce is told to connect to a Sentinel of this place. */
  RedisURI lettuceSentinel(Node node) {
    RedisURI.Builder builder = base(node);
    if (sentinelCredentials != null) {
      builder.withAuthentication(sentinelCredentials);
    }
    return builder.build();
  }

  private RedisURI.Builder base(Node node) {
    return RedisURI.builder()
        .withHost(node.host())
        .withPort(node.port())
        .withSsl(tls)
        .withVerifyPeer(verify);
  }

  /** Hosts and ports, separated by commas. */
  String address() {
    return nodes.stream().map(Node::toString).collect(Collectors.joining(","));
  }

  /** The URI with three stars in place of user and password. */
  @Override
  public String toString() {
    return (tls ? topology.scheme().replaceFirst("redis", "rediss") : topology.scheme())
        + "://"
        + (credentials == null ? "" : "***@")
        + address()
        + (db == 0 ? "" : "/" + db)
        + (master == null ? "" : "#" + master);
  }
}
