package dev.holdfast.testkit.redis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a connection: reads messages from one side and writes them, perhaps late, to the
 * other. Used by the proxy's thread only.
 */
final class ProxyFlow {
  /** No time is due. */
  static final long NEVER = Long.MAX_VALUE;

  /** More than this is left with the sender. Chosen, not measured. */
  private static final long MOST_QUEUED = 16L << 20;

  /** What is done once the bytes are written. */
  private enum Then {
    NOTHING,
    END,
    CLOSE
  }

  private record Parcel(ByteBuffer bytes, long due, @Nullable ProxyFault heldBy, Then then) {}

  private final ProxyLink link;
  private final ProxyWeather weather;
  private final ProxyDirection direction;
  private final SocketChannel source;
  private final SocketChannel sink;
  private final Deque<Parcel> queue = new ArrayDeque<>();
  private byte[] unread = new byte[4096];
  private int filled;
  private long queued;
  private long lastDue;
  private boolean raw;
  private boolean hole;
  private boolean lost;
  private boolean untold;
  private boolean sourceEnded;
  private boolean sinkEnded;
  private boolean full;
  private boolean again;

  ProxyFlow(
      ProxyLink link,
      ProxyWeather weather,
      ProxyDirection direction,
      SocketChannel source,
      SocketChannel sink) {
    this.link = link;
    this.weather = weather;
    this.direction = direction;
    this.source = source;
    this.sink = sink;
  }

  void hole(boolean on) {
    hole = on;
  }

  /** From here on bytes pass as they come: what flows is not commands and replies. */
  void raw() {
    raw = true;
  }

  /** Drops what comes from now on, the end of the stream included. */
  void lose() {
    lost = true;
    untold = true;
  }

  boolean isLost() {
    return lost;
  }

  /** Keeps the end of the stream, when it comes, from the receiver. */
  void keepTheEnd() {
    untold = true;
  }

  private boolean isHole() {
    return hole || weather.isHole(direction);
  }

  boolean wantsToRead() {
    return !sourceEnded && !isHole() && queued < MOST_QUEUED;
  }

  boolean wantsToWrite() {
    return full && !sinkEnded;
  }

  boolean wantsToGoOn() {
    return again;
  }

  boolean hasEnded() {
    return sourceEnded && queue.isEmpty();
  }

  void read(ByteBuffer scratch) throws IOException {
    scratch.clear();
    int n = source.read(scratch);
    if (n < 0) {
      sourceEnded = true;
      if (!untold) {
        put(new byte[0], null, Then.END);
      }
      return;
    }
    if (lost) {
      return;
    }
    append(scratch.flip(), n);
    cut();
  }

  private void append(ByteBuffer bytes, int n) {
    if (filled + n > unread.length) {
      unread = Arrays.copyOf(unread, Math.max(unread.length * 2, filled + n));
    }
    bytes.get(unread, filled, n);
    filled += n;
  }

  private void cut() throws IOException {
    int at = 0;
    while (!raw && !lost && link.isOpen()) {
      int end = endOfMessage(at);
      if (end == RespFrames.INCOMPLETE) {
        break;
      }
      byte[] message = Arrays.copyOfRange(unread, at, end);
      at = end;
      if (direction == ProxyDirection.CLIENT_TO_REDIS) {
        link.command(message);
      } else {
        link.reply(message);
      }
    }
    if (raw && !lost && filled > at) {
      put(Arrays.copyOfRange(unread, at, filled), null);
      at = filled;
    }
    System.arraycopy(unread, at, unread, 0, filled - at);
    filled -= at;
  }

  private int endOfMessage(int at) {
    try {
      return direction == ProxyDirection.CLIENT_TO_REDIS
          ? RespFrames.endOfCommand(unread, at, filled)
          : RespFrames.endOfValue(unread, at, filled);
    } catch (IOException notResp) {
      link.raw();
      return RespFrames.INCOMPLETE;
    }
  }

  void put(byte[] bytes, @Nullable ProxyFault heldBy) {
    put(bytes, heldBy, Then.NOTHING);
  }

  /** The connection ends in good order once these bytes are written. */
  void putLast(byte[] bytes) {
    put(bytes, null, Then.CLOSE);
    lose();
  }

  /** The receiver is told that no more comes. */
  void putEnd() {
    put(new byte[0], null, Then.END);
    lose();
  }

  private void put(byte[] bytes, @Nullable ProxyFault heldBy, Then then) {
    long due = System.nanoTime() + (bytes.length == 0 ? 0 : weather.latencyNanos());
    // one stream: nothing overtakes what was sent before
    if (!queue.isEmpty() && due - lastDue < 0) {
      due = lastDue;
    }
    lastDue = due;
    queue.add(new Parcel(ByteBuffer.wrap(bytes), due, heldBy, then));
    queued += bytes.length;
  }

  /**
   * Writes what may be written.
   *
   * @return when to look again, by the monotonic clock, or {@link #NEVER}
   */
  long drain(long now) throws IOException {
    full = false;
    again = false;
    for (Parcel head = queue.peek(); head != null && link.isOpen(); head = queue.peek()) {
      if (isHole() || (head.heldBy() != null && head.heldBy().holds())) {
        return NEVER;
      }
      if (head.due() - now > 0) {
        return head.due();
      }
      if (!write(head.bytes())) {
        return NEVER;
      }
      queue.remove();
      queued -= head.bytes().capacity();
      finish(head.then());
    }
    return NEVER;
  }

  /** Returns true once all bytes are written. */
  private boolean write(ByteBuffer bytes) throws IOException {
    if (sinkEnded || !bytes.hasRemaining()) {
      return true;
    }
    int limit = bytes.limit();
    int chunk = weather.chunk();
    if (chunk > 0) {
      bytes.limit(Math.min(limit, bytes.position() + chunk));
    }
    sink.write(bytes);
    full = bytes.hasRemaining();
    bytes.limit(limit);
    // the rest of a chunked message waits for the next round, so that others get their turn
    again = !full && bytes.hasRemaining();
    return !bytes.hasRemaining();
  }

  private void finish(Then then) throws IOException {
    if (then == Then.END && !sinkEnded) {
      sinkEnded = true;
      sink.shutdownOutput();
    } else if (then == Then.CLOSE) {
      link.close();
    }
  }
}
