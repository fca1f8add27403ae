package dev.holdfast.testkit.redis;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One connection: the client's socket, the socket to Redis, and which replies are due. Used by the
 * proxy's thread only, except {@link #name} and {@link #isOpen}.
 */
final class ProxyLink {
  private static final Set<String> SUBSCRIBING =
      Set.of(
          "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE");
  private static final Set<String> MESSAGES = Set.of("MESSAGE", "PMESSAGE", "SMESSAGE");
  private static final Set<String> STREAMS = Set.of("SYNC", "PSYNC", "MONITOR");

  /** A command whose reply is due; subscribing has one for each channel. */
  private static final class Due {
    private final RedisCommand command;
    private int replies;

    private Due(RedisCommand command) {
      this.command = command;
      this.replies =
          SUBSCRIBING.contains(command.name()) ? Math.max(1, command.arguments().size()) : 1;
    }
  }

  private final RedisProxy proxy;
  private final SocketChannel client;
  private final SocketChannel redis;
  private final SelectionKey clientKey;
  private final SelectionKey redisKey;
  private final ProxyFlow toRedis;
  private final ProxyFlow toClient;
  private final Deque<Due> due = new ArrayDeque<>();
  private boolean subscribed;
  private boolean halfClosed;
  private volatile String name = "";
  private volatile boolean open = true;

  ProxyLink(
      RedisProxy proxy,
      ProxyWeather weather,
      SocketChannel client,
      SelectionKey clientKey,
      SocketChannel redis,
      SelectionKey redisKey) {
    this.proxy = proxy;
    this.client = client;
    this.clientKey = clientKey;
    this.redis = redis;
    this.redisKey = redisKey;
    this.toRedis = new ProxyFlow(this, weather, ProxyDirection.CLIENT_TO_REDIS, client, redis);
    this.toClient = new ProxyFlow(this, weather, ProxyDirection.REDIS_TO_CLIENT, redis, client);
  }

  String name() {
    return name;
  }

  boolean isOpen() {
    return open;
  }

  ProxyFlow flow(ProxyDirection direction) {
    return direction == ProxyDirection.CLIENT_TO_REDIS ? toRedis : toClient;
  }

  void blackHole() {
    toRedis.hole(true);
    toClient.hole(true);
  }

  void pass() {
    toRedis.hole(false);
    toClient.hole(false);
  }

  /** Says whether bytes were lost, so that only a new connection can be whole. */
  boolean isBeyondRepair() {
    return halfClosed || toRedis.isLost() || toClient.isLost();
  }

  void halfClose(ProxyDirection direction) {
    halfClosed = true;
    flow(direction).putEnd();
    (direction == ProxyDirection.CLIENT_TO_REDIS ? toClient : toRedis).keepTheEnd();
  }

  /** What flows from here on is not commands and replies. */
  void raw() {
    toRedis.raw();
    toClient.raw();
  }

  void command(byte[] message) throws IOException {
    if (isBlank(message)) {
      toRedis.put(message, null);
      return;
    }
    RedisCommand command = new RedisCommand(RespFrames.parts(message), name);
    learnName(command);
    proxy.seen(command);
    ProxyFault fault = proxy.faultFor(command, null);
    if (fault != null && fault.kind() == ProxyFault.Kind.LOSE_COMMAND_AND_RESET) {
      reset();
      fault.happened();
      return;
    }
    due.add(new Due(command));
    subscribed |= SUBSCRIBING.contains(command.name());
    boolean held = fault != null && fault.kind() == ProxyFault.Kind.HOLD_COMMAND;
    toRedis.put(message, held ? fault : null);
    if (fault != null) {
      fault.happened();
    }
    if (STREAMS.contains(command.name())) {
      raw();
    }
  }

  private static boolean isBlank(byte[] message) {
    return message[0] != '*' && new String(message, StandardCharsets.UTF_8).isBlank();
  }

  private void learnName(RedisCommand command) {
    List<String> arguments = command.arguments();
    for (int i = 0; i + 1 < arguments.size(); i++) {
      boolean names =
          command.name().equals("CLIENT") ? i == 0 : command.name().equals("HELLO") && i > 0;
      if (names && arguments.get(i).equalsIgnoreCase("SETNAME")) {
        name = arguments.get(i + 1);
        return;
      }
    }
  }

  void reply(byte[] message) throws IOException {
    if (isUnasked(message)) {
      toClient.put(message, null);
      return;
    }
    Due answered = due.peek();
    if (answered == null) {
      // -ERR max number of clients reached comes before any command
      toClient.put(message, null);
      return;
    }
    if (--answered.replies == 0) {
      due.remove();
    }
    ProxyFault fault =
        startsWith(message, "-NOSCRIPT") ? null : proxy.faultFor(answered.command, message);
    if (fault == null) {
      toClient.put(message, null);
      return;
    }
    switch (fault.kind()) {
      case HOLD_REPLY -> toClient.put(message, fault);
      case DROP_REPLY -> toClient.lose();
      case DROP_REPLY_AND_RESET -> reset();
      case TRUNCATE_REPLY ->
          toClient.putLast(Arrays.copyOf(message, Math.min(fault.at(), message.length)));
      case INJECT -> {
        toClient.put(fault.bytes(), null);
        toClient.put(message, null);
      }
      case REPLACE_REPLY -> toClient.put(fault.bytes(), null);
      default -> throw new IllegalStateException(fault.kind() + " is not about replies");
    }
    fault.happened();
  }

  /** Messages of channels and pushes of RESP3 answer no command. */
  private boolean isUnasked(byte[] message) throws IOException {
    boolean push = message[0] == '>';
    if (!push && !(subscribed && message[0] == '*')) {
      return false;
    }
    List<byte[]> parts = RespFrames.parts(message);
    String kind =
        parts.isEmpty()
            ? ""
            : new String(parts.get(0), StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
    if (SUBSCRIBING.contains(kind)) {
      Due next = due.peek();
      return next == null || !next.command.name().equals(kind);
    }
    return push || MESSAGES.contains(kind);
  }

  private static boolean startsWith(byte[] message, String text) {
    return message.length >= text.length()
        && new String(message, 0, text.length(), StandardCharsets.US_ASCII).equals(text);
  }

  /** Does what the sockets are ready for; a broken one resets the other. */
  void ready(ByteBuffer scratch) {
    try {
      if (redisKey.isValid() && redisKey.isConnectable()) {
        redis.finishConnect();
      }
      if (open && clientKey.isValid() && clientKey.isReadable()) {
        toRedis.read(scratch);
      }
      if (open && redisKey.isValid() && redisKey.isReadable()) {
        toClient.read(scratch);
      }
    } catch (IOException broken) {
      reset();
    }
  }

  /**
   * Writes what may be written, and asks the sockets for what is wanted next.
   *
   * @return when to look again, by the monotonic clock
   */
  long goOn(long now) {
    if (!open) {
      return ProxyFlow.NEVER;
    }
    long next = ProxyFlow.NEVER;
    try {
      if (redis.isConnected()) {
        next = toRedis.drain(now);
      }
      if (open) {
        next = Math.min(next, toClient.drain(now));
      }
    } catch (IOException broken) {
      reset();
    }
    if (open && toRedis.hasEnded() && toClient.hasEnded()) {
      close();
    }
    if (!open) {
      return ProxyFlow.NEVER;
    }
    if (!redis.isConnected()) {
      redisKey.interestOps(SelectionKey.OP_CONNECT);
      clientKey.interestOps(0);
      return next;
    }
    clientKey.interestOps(ops(toRedis, toClient));
    redisKey.interestOps(ops(toClient, toRedis));
    return toRedis.wantsToGoOn() || toClient.wantsToGoOn() ? now : next;
  }

  private static int ops(ProxyFlow from, ProxyFlow to) {
    return (from.wantsToRead() ? SelectionKey.OP_READ : 0)
        | (to.wantsToWrite() ? SelectionKey.OP_WRITE : 0);
  }

  /** Closes both sockets with RST: what is on the way is lost. */
  void reset() {
    if (open) {
      lingerNot(client);
      lingerNot(redis);
      close();
    }
  }

  private static void lingerNot(SocketChannel channel) {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException | UnsupportedOperationException closed) {
      // it is gone already
    }
  }

  void close() {
    open = false;
    ProxyLoop.closeQuietly(client);
    ProxyLoop.closeQuietly(redis);
  }
}
