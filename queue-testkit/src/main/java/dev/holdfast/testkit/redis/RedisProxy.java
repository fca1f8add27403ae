package dev.holdfast.testkit.redis;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a program and its Redis, on the loopback interface, and breaks their connections
 * in chosen ways. It reads RESP, so it can act on one command and on the reply to it.
 *
 * <pre>{@code
 * try (RedisProxy proxy = RedisProxy.before(RedisServer.shared());
 *     RedisEngine engine = RedisEngine.connect(proxy.uri())) {
 *   ProxyFault lost = proxy.on(RedisCommand.named("EVALSHA")).dropReplyAndReset();
 *   holdfast.enqueue(job);
 *   lost.await(Duration.ofSeconds(5));
 * }
 * }</pre>
 *
 * <p>Whatever flows that is not RESP, and what follows {@code MONITOR}, {@code SYNC} or {@code
 * PSYNC}, passes as it comes. {@code CLIENT REPLY} is not understood.
 *
 * <p>A change is in force when its method returns. One thread serves all connections; predicates
 * run in it and must not block. Safe for use by several threads.
 */
public final class RedisProxy implements AutoCloseable {
  private static final int LAST_COMMANDS = 20;
  private static final byte[] NOTHING = new byte[0];

  private final RedisAddress address;
  private final ProxyWeather weather = new ProxyWeather();
  private final List<ProxyFault> faults = new CopyOnWriteArrayList<>();
  // Guarded by itself.
  private final Deque<RedisCommand> lastCommands = new ArrayDeque<>();
  private final ProxyLoop loop;

  private RedisProxy(RedisAddress target) {
    int port = LoopbackPort.free();
    this.address =
        new RedisAddress(
            LoopbackPort.HOST, port, target.user(), target.password(), target.database());
    this.loop =
        new ProxyLoop(this, weather, new InetSocketAddress(target.host(), target.port()), port);
  }

  /**
   * Stands before a server of this test kit.
   *
   * @param server the target; it may be down
   * @return a proxy that passes everything on; close it
   */
  public static RedisProxy before(RedisServer server) {
    return before(RedisAddress.parse(server.uri()));
  }

  /**
   * Stands before any Redis without a password.
   *
   * @param host its host
   * @param port its port, 1 to 65535
   * @return a proxy that passes everything on; close it
   */
  public static RedisProxy before(String host, int port) {
    return before(new RedisAddress(host, port, null, null, 0));
  }

  private static RedisProxy before(RedisAddress target) {
    RedisProxy proxy = new RedisProxy(target);
    proxy.loop.start();
    return proxy;
  }

  /**
   * Gives the address to connect to instead of the target's.
   *
   * @return this proxy's host and port with the target's user, password and database
   */
  public String uri() {
    return address.uri();
  }

  /**
   * Gives the port, on 127.0.0.1.
   *
   * @return 1 to 65535
   */
  public int port() {
    return address.port();
  }

  /**
   * Heals everything: new connections are accepted, black holes end and what was sent meanwhile
   * goes on, delays and chunks end for what comes, every fault is released. Connections that have
   * lost bytes or are half closed are reset, for nothing else can mend them.
   */
  public void pass() {
    loop.change(
        () -> {
          weather.clear();
          faults.forEach(ProxyFault::release);
          for (ProxyLink link : loop.links()) {
            link.pass();
            if (link.isBeyondRepair()) {
              link.reset();
            }
          }
          loop.refuse(false);
        });
  }

  /**
   * Passes nothing on in either direction and tells nobody, as when a cable is pulled: connections
   * stay open, new ones seem to succeed, and what was sent arrives after {@link #pass}, as TCP
   * would send it again. To Redis, clients that have left look as if they were still there.
   */
  public void blackHole() {
    blackHole(ProxyDirection.CLIENT_TO_REDIS);
    blackHole(ProxyDirection.REDIS_TO_CLIENT);
  }

  /**
   * Passes nothing on in one direction and tells nobody.
   *
   * @param direction which
   */
  public void blackHole(ProxyDirection direction) {
    loop.change(() -> weather.hole(direction, true));
  }

  /**
   * Delays every message, in each direction and in order. Messages already on their way keep their
   * time.
   *
   * @param each how long; zero ends it
   * @param jitter how much less or more at most, at random with a fixed seed; zero for none
   */
  public void delay(Duration each, Duration jitter) {
    loop.change(() -> weather.delay(each, jitter));
  }

  /**
   * Delays some messages much longer, beside {@link #delay}.
   *
   * @param share of the messages, 0 to 1, at random with a fixed seed; zero ends it
   * @param time how much longer
   * @throws IllegalArgumentException if the share is out of bounds
   */
  public void stall(double share, Duration time) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share must be 0 to 1: " + share);
    }
    loop.change(() -> weather.stall(share, time));
  }

  /**
   * Passes everything on in pieces, each written alone.
   *
   * @param bytes the size of a piece, 1 or more
   * @throws IllegalArgumentException if it is less than 1
   */
  public void chunk(int bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes must be at least 1: " + bytes);
    }
    loop.change(() -> weather.chunk(bytes));
  }

  /** Resets all connections that are open now; both sides see RST. */
  public void reset() {
    loop.change(() -> loop.links().forEach(ProxyLink::reset));
  }

  /**
   * Refuses new connections, as a server that is down does; those that are open stay.
   *
   * @param on whether to refuse
   */
  public void refuse(boolean on) {
    loop.change(() -> loop.refuse(on));
  }

  /**
   * Ends one direction of all connections that are open now: its receiver is told that no more
   * comes, and what that makes the receiver do, such as closing, is kept from the other side, whose
   * bytes go nowhere. New connections are whole.
   *
   * @param direction which
   */
  public void halfClose(ProxyDirection direction) {
    loop.change(() -> loop.links().forEach(link -> link.halfClose(direction)));
  }

  /**
   * Begins a rule about some commands or the replies to them.
   *
   * @param match picks the commands
   * @return a rule that does nothing yet
   */
  public ProxyRule on(Predicate<RedisCommand> match) {
    return new ProxyRule(this, match);
  }

  /**
   * Lists the connections that are open now.
   *
   * @return oldest first
   */
  public List<ProxiedConnection> connections() {
    return loop.links().stream().map(link -> new ProxiedConnection(this, link)).toList();
  }

  /**
   * Lists the open connections with a name.
   *
   * @param prefix what the name begins with
   * @return oldest first
   */
  public List<ProxiedConnection> connections(String prefix) {
    return connections().stream().filter(c -> c.name().startsWith(prefix)).toList();
  }

  void change(Runnable what) {
    loop.change(what);
  }

  ProxyFault add(ProxyFault fault) {
    faults.add(fault);
    return fault;
  }

  void ended(ProxyFault fault) {
    faults.remove(fault);
    // what it held goes on in the next round
    loop.change(() -> {});
  }

  /** Finds what is to happen to a command, with no reply yet, or to the reply to it. */
  @Nullable ProxyFault faultFor(RedisCommand command, byte @Nullable [] reply) {
    for (ProxyFault fault : faults) {
      if (fault.kind().ofCommand == (reply == null)
          && fault.takes(command, reply == null ? NOTHING : reply)) {
        if (!fault.kind().onlyWatches()) {
          return fault;
        }
        fault.happened();
      }
    }
    return null;
  }

  void seen(RedisCommand command) {
    synchronized (lastCommands) {
      if (lastCommands.size() == LAST_COMMANDS) {
        lastCommands.remove();
      }
      lastCommands.add(command);
    }
  }

  String lastCommands() {
    synchronized (lastCommands) {
      return lastCommands.toString();
    }
  }

  /** Resets every connection and ends the thread. Idempotent. */
  @Override
  public void close() {
    loop.close();
  }

  @Override
  public String toString() {
    return "RedisProxy[" + address + ", " + loop.links().size() + " connections]";
  }
}
