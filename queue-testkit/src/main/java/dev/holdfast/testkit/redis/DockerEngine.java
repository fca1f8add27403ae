package dev.holdfast.testkit.redis;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether a Docker engine answers, before Testcontainers is woken: where there is none, that
 * takes seconds and fills the log with stack traces.
 */
final class DockerEngine {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);

  private final List<String> hosts;

  DockerEngine(List<String> hosts) {
    this.hosts = List.copyOf(hosts);
  }

  /** The places where Testcontainers looks, too. */
  static DockerEngine ofThisMachine() {
    return new DockerEngine(hosts(System.getenv(), Path.of(System.getProperty("user.home", ""))));
  }

  static List<String> hosts(Map<String, String> environment, Path userHome) {
    String named = environment.get("DOCKER_HOST");
    if (named == null || named.isBlank()) {
      named = testcontainersHost(userHome.resolve(".testcontainers.properties"));
    }
    if (named != null && !named.isBlank()) {
      return List.of(named.strip());
    }
    List<String> hosts = new ArrayList<>(List.of("unix:///var/run/docker.sock"));
    String runtime = environment.get("XDG_RUNTIME_DIR");
    if (runtime != null && !runtime.isBlank()) {
      hosts.add("unix://" + runtime + "/docker.sock");
    }
    hosts.add("unix://" + userHome + "/.docker/run/docker.sock");
    hosts.add("unix://" + userHome + "/.docker/desktop/docker.sock");
    return hosts;
  }

  private static @Nullable String testcontainersHost(Path file) {
    if (!Files.isReadable(file)) {
      return null;
    }
    Properties properties = new Properties();
    try (InputStream stream = Files.newInputStream(file)) {
      properties.load(stream);
    } catch (IOException | IllegalArgumentException unreadable) {
      return null;
    }
    return properties.getProperty("docker.host");
  }

  /** Returns if one of the places answers. */
  void requireAnswer() throws RedisRefusal {
    List<String> reasons = new ArrayList<>();
    for (String host : hosts) {
      String reason = refusalOf(host);
      if (reason == null) {
        return;
      }
      reasons.add(host + ": " + reason);
    }
    throw new RedisRefusal("no Docker engine answers (" + String.join("; ", reasons) + ")");
  }

  private static @Nullable String refusalOf(String host) {
    SocketAddress address;
    boolean tls = false;
    if (host.startsWith("unix://")) {
      Path socket = Path.of(host.substring("unix://".length()));
      if (!Files.exists(socket)) {
        return "no such socket";
      }
      address = UnixDomainSocketAddress.of(socket);
    } else if (host.startsWith("tcp://")) {
      URI uri;
      try {
        uri = URI.create(host);
      } catch (IllegalArgumentException e) {
        return "not an address";
      }
      if (uri.getHost() == null || uri.getPort() < 0) {
        return "not an address with host and port";
      }
      address = new InetSocketAddress(uri.getHost(), uri.getPort());
      tls = uri.getPort() == 2376;
    } else {
      return "only unix:// and tcp:// are looked at";
    }
    return ping(address, tls);
  }

  private static @Nullable String ping(SocketAddress address, boolean tls) {
    // on a thread of its own: a channel to a Unix socket knows no timeout, and an engine can hang
    FutureTask<@Nullable String> question = new FutureTask<>(() -> ask(address, tls));
    Thread thread = new Thread(question, "holdfast-docker-ping");
    thread.setDaemon(true);
    thread.start();
    try {
      return question.get(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      return e.getCause() == null ? "failed" : String.valueOf(e.getCause().getMessage());
    } catch (TimeoutException e) {
      return "no answer within " + ANSWER_TIMEOUT.toSeconds() + " s";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    } finally {
      // an interrupt closes the channel
      question.cancel(true);
    }
  }

  private static @Nullable String ask(SocketAddress address, boolean tls) throws IOException {
    try (SocketChannel channel =
        address instanceof UnixDomainSocketAddress
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open()) {
      channel.connect(address);
      if (tls) {
        // somebody listens; the rest is for Testcontainers, which has the certificates
        return null;
      }
      channel.write(
          ByteBuffer.wrap(
              "GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate(64);
      while (answer.hasRemaining() && channel.read(answer) >= 0) {
        // until the status line is there, or the engine has no more to say
      }
      String start = new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
      return start.matches("(?s)HTTP/1\\.\\d 200 .*")
          ? null
          : "it answered '" + start.lines().findFirst().orElse("") + "'";
    }
  }
}
