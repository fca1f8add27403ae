package dev.holdfast.redis;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Speaks just enough of Redis to note how scripts are called, and answers as it is told. */
final class RecordingRedis implements AutoCloseable {
  private final ServerSocket server;
  private final Map<Script, String> answers = new EnumMap<>(Script.class);
  private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();

  /** One call of a script. */
  record Call(Script script, List<String> keys, List<String> args) {}

  RecordingRedis() {
    try {
      server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread acceptor = new Thread(this::accept, "recording-redis");
    acceptor.setDaemon(true);
    acceptor.start();
  }

  String uri() {
    return "redis://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort();
  }

  /** What to answer to a script, part by part; to be given before it is called. */
  void answer(Script script, String... parts) {
    synchronized (answers) {
      answers.put(script, list(Arrays.asList(parts)));
    }
  }

  /** The next call that was noted; waits for it a little. */
  Call next() throws InterruptedException {
    return Objects.requireNonNull(calls.poll(5, TimeUnit.SECONDS), "no script was called");
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        Thread talker = new Thread(() -> talk(socket), "recording-redis-talk");
        talker.setDaemon(true);
        talker.start();
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void talk(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      while (true) {
        out.write(reply(command(in)).getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (IOException closed) {
      // the client left
    }
  }

  private String reply(List<String> command) {
    if (!command.get(0).equals("EVALSHA")) {
      return "+OK\r\n";
    }
    Script script =
        Arrays.stream(Script.values())
            .filter(s -> s.digest().equals(command.get(1)))
            .findFirst()
            .orElseThrow();
    int keys = Integer.parseInt(command.get(2));
    calls.add(
        new Call(script, command.subList(3, 3 + keys), command.subList(3 + keys, command.size())));
    synchronized (answers) {
      return answers.getOrDefault(script, "-ERR no answer was given for " + script + "\r\n");
    }
  }

  private static String list(List<String> parts) {
    StringBuilder text = new StringBuilder("*" + parts.size() + "\r\n");
    for (String part : parts) {
      text.append('$').append(part.getBytes(StandardCharsets.UTF_8).length).append("\r\n");
      text.append(part).append("\r\n");
    }
    return text.toString();
  }

  private static List<String> command(InputStream in) throws IOException {
    int parts = Integer.parseInt(line(in).substring(1));
    List<String> command = new ArrayList<>(parts);
    for (int i = 0; i < parts; i++) {
      byte[] bytes = in.readNBytes(Integer.parseInt(line(in).substring(1)));
      command.add(new String(bytes, StandardCharsets.UTF_8));
      line(in);
    }
    return command;
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException();
      }
      bytes.write(b);
    }
    return bytes.toString(StandardCharsets.UTF_8).strip();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
