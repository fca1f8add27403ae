package dev.holdfast.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between an engine and its Redis and loses answers: when told to, it swallows the next
 * bytes that Redis sends and cuts the connection, so that a command has run and nobody heard.
 */
final class ReplyEater implements AutoCloseable {
  private final ServerSocket server;
  private final int redisPort;
  private final AtomicInteger toLose = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private volatile Runnable meanwhile = () -> {};
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  ReplyEater(int redisPort) {
    this.redisPort = redisPort;
    try {
      server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start("reply-eater", this::accept);
  }

  String uri() {
    return "redis://127.0.0.1:" + server.getLocalPort();
  }

  /** Does this between the loss of an answer and the cut: before the command can come again. */
  void meanwhile(Runnable act) {
    meanwhile = act;
  }

  /** Loses the answers to the next so many commands. */
  void loseNext(int answers) {
    toLose.set(answers);
  }

  /** How many answers were lost so far. */
  int lost() {
    return lost.get();
  }

  private static void start(String name, Runnable run) {
    Thread thread = new Thread(run, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket redis = new Socket(InetAddress.getLoopbackAddress(), redisPort);
        open.add(client);
        open.add(redis);
        start("reply-eater-in", () -> copy(client, redis, false));
        start("reply-eater-out", () -> copy(redis, client, true));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void copy(Socket from, Socket to, boolean answers) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (answers && toLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          meanwhile.run();
          lost.incrementAndGet();
          return;
        }
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException closed) {
      // one side left
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
