package dev.holdfast.testkit.redis;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The one thread of a {@link RedisProxy}: it owns every socket and does every change. */
final class ProxyLoop implements Runnable {
  private static final int BACKLOG = 512;
  private static final long NANOS_A_MILLI = 1_000_000;

  private record Change(Runnable what, CompletableFuture<@Nullable Void> done) {}

  private final RedisProxy proxy;
  private final ProxyWeather weather;
  private final InetSocketAddress target;
  private final InetSocketAddress here;
  private final Selector selector;
  private final Thread thread;
  private final Queue<Change> changes = new ConcurrentLinkedQueue<>();
  // Changed by the thread only.
  private final List<ProxyLink> links = new CopyOnWriteArrayList<>();
  private final ByteBuffer scratch = ByteBuffer.allocate(1 << 16);
  private @Nullable ServerSocketChannel listener;
  private volatile boolean closed;
  private volatile @Nullable Exception failure;

  ProxyLoop(RedisProxy proxy, ProxyWeather weather, InetSocketAddress target, int port) {
    this.proxy = proxy;
    this.weather = weather;
    this.target = target;
    try {
      this.here = new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
      this.selector = Selector.open();
      listen();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen at port " + port, e);
    }
    this.thread = new Thread(this, "holdfast-redis-proxy-" + port);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  List<ProxyLink> links() {
    return links.stream().filter(ProxyLink::isOpen).toList();
  }

  /** Does something in the thread of the proxy, and returns when it is in force. */
  void change(Runnable what) {
    if (Thread.currentThread() == thread) {
      what.run();
      return;
    }
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    changes.add(new Change(what, done));
    selector.wakeup();
    if (closed) {
      finishChanges();
    }
    try {
      done.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  void refuse(boolean on) {
    try {
      if (on && listener != null) {
        listener.close();
        listener = null;
        selector.selectNow();
      } else if (!on && listener == null) {
        listen();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen at " + here, e);
    }
  }

  private void listen() throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      channel.bind(here, BACKLOG);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_ACCEPT);
      listener = channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public void run() {
    try {
      while (!closed) {
        round();
      }
    } catch (IOException | RuntimeException e) {
      failure = e;
    } finally {
      closed = true;
      links.forEach(ProxyLink::reset);
      if (listener != null) {
        closeQuietly(listener);
      }
      closeQuietly(selector);
      finishChanges();
    }
  }

  private void round() throws IOException {
    long now = System.nanoTime();
    long next = ProxyFlow.NEVER;
    for (ProxyLink link : links) {
      next = Math.min(next, link.goOn(now));
    }
    links.removeIf(link -> !link.isOpen());
    if (listener != null) {
      SelectionKey key = listener.keyFor(selector);
      // what is not accepted waits in the system: its client believes to be connected
      boolean hole = weather.isHole(ProxyDirection.CLIENT_TO_REDIS);
      if (key != null && key.isValid()) {
        key.interestOps(hole ? 0 : SelectionKey.OP_ACCEPT);
      }
    }
    if (next == ProxyFlow.NEVER) {
      selector.select();
    } else if (next - now <= 0) {
      selector.selectNow();
    } else {
      selector.select((next - now + NANOS_A_MILLI - 1) / NANOS_A_MILLI);
    }
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.attachment() instanceof ProxyLink link) {
        link.ready(scratch);
      } else if (key.isValid() && key.isAcceptable()) {
        accept();
      }
    }
    selector.selectedKeys().clear();
    doChanges();
  }

  private void accept() throws IOException {
    ServerSocketChannel from = listener;
    SocketChannel client = from == null ? null : from.accept();
    if (client == null) {
      return;
    }
    SocketChannel redis = SocketChannel.open();
    try {
      client.configureBlocking(false);
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      redis.configureBlocking(false);
      redis.setOption(StandardSocketOptions.TCP_NODELAY, true);
      redis.connect(target);
      SelectionKey clientKey = client.register(selector, 0);
      SelectionKey redisKey = redis.register(selector, 0);
      ProxyLink link = new ProxyLink(proxy, weather, client, clientKey, redis, redisKey);
      clientKey.attach(link);
      redisKey.attach(link);
      links.add(link);
    } catch (IOException e) {
      client.setOption(StandardSocketOptions.SO_LINGER, 0);
      closeQuietly(client);
      closeQuietly(redis);
    }
  }

  private void doChanges() throws IOException {
    List<Change> now = new ArrayList<>();
    for (Change change = changes.poll(); change != null; change = changes.poll()) {
      now.add(change);
    }
    if (now.isEmpty()) {
      return;
    }
    List<Runnable> completions = new ArrayList<>();
    for (Change change : now) {
      try {
        change.what().run();
        completions.add(() -> change.done().complete(null));
      } catch (RuntimeException e) {
        completions.add(() -> change.done().completeExceptionally(e));
      }
    }
    // a closed socket is let go by the next selection only
    selector.selectNow();
    selector.selectedKeys().clear();
    completions.forEach(Runnable::run);
  }

  private void finishChanges() {
    for (Change change = changes.poll(); change != null; change = changes.poll()) {
      if (failure == null) {
        change.done().complete(null);
      } else {
        change.done().completeExceptionally(new IllegalStateException("the proxy died", failure));
      }
    }
  }

  /** Ends the thread and waits for it. Idempotent. */
  void close() {
    closed = true;
    selector.wakeup();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  static void closeQuietly(Closeable what) {
    try {
      what.close();
    } catch (IOException ignored) {
      // nothing is left to do for what does not even close
    }
  }
}
