package dev.holdfast.testkit.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A private Redis in a process of its own, which a test may kill, freeze and restart.
 *
 * <p>It listens on 127.0.0.1 only, takes no snapshots, evicts nothing ({@code maxmemory-policy
 * noeviction}) and, from version 7 on, allows {@code DEBUG}. What it prints is kept and shown when
 * something fails. It runs in a session of its own where {@code setsid} exists, so that Ctrl-C
 * reaches the JVM alone and a worker can drain.
 *
 * <p>It does not outlive the JVM: when that ends without {@link #close()}, by exit, SIGTERM or
 * SIGKILL, the server is ended within moments and its temporary files are removed. (Without a
 * {@code sh}: by a shutdown hook, thus not on SIGKILL.)
 *
 * <p>Safe for use by several threads. The methods that change the process wait for each other.
 */
public final class RedisProcess implements RedisServer {
  private static final String HOST = LoopbackPort.HOST;

  /**
   * How long a stop may take before it turns into a kill. Chosen, not measured: an idle Redis stops
   * within 0.1 s.
   */
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  /**
   * How long one question "are you ready?" may take; a Redis that loads its file may be slow to say
   * so.
   */
  private static final Duration PING_TIMEOUT = Duration.ofSeconds(1);

  private static final int PORT_TRIES = 5;

  private final RedisExecutable executable;
  private final RedisServerOptions options;
  private final boolean sentinel;
  private final RedisAddress address;

  /** Temporary; holds redis.conf and, unless a data directory was given, the data. */
  private final Path home;

  private final Path data;

  /** The process last started; written under this. */
  private volatile @Nullable Running running;

  /** Guarded by this. */
  private boolean closed;

  private record Running(Process process, OutputTail output, JvmExitGuard guard) {}

  private RedisProcess(
      RedisExecutable executable, RedisServerOptions options, boolean sentinel, int port) {
    this.executable = executable;
    this.options = options;
    this.sentinel = sentinel;
    this.address = new RedisAddress(HOST, port, null, options.password(), 0);
    this.home = TemporaryDirectory.create("holdfast-redis-");
    this.data =
        options.dataDirectory() == null
            ? home.resolve("data")
            : options.dataDirectory().toAbsolutePath();
  }

  static RedisProcess start(RedisExecutable executable, RedisServerOptions options) {
    return start(executable, options, false);
  }

  /** Starts the executable as a Sentinel; the options' further lines say what it watches. */
  static RedisProcess startSentinel(RedisServerOptions options) {
    return start(RedisSearch.executableFor(options), options, true);
  }

  private static RedisProcess start(
      RedisExecutable executable, RedisServerOptions options, boolean sentinel) {
    if (options.port() != 0) {
      return startOn(options.port(), executable, options, sentinel);
    }
    for (int tries = 1; ; tries++) {
      try {
        return startOn(LoopbackPort.free(), executable, options, sentinel);
      } catch (RedisStartException e) {
        // another process took the port between our look and Redis's bind
        if (tries == PORT_TRIES || e.output().stream().noneMatch(l -> l.contains("in use"))) {
          throw e;
        }
      }
    }
  }

  private static RedisProcess startOn(
      int port, RedisExecutable executable, RedisServerOptions options, boolean sentinel) {
    RedisProcess server = new RedisProcess(executable, options, sentinel, port);
    try {
      server.prepare();
      server.launch();
      return server;
    } catch (RuntimeException e) {
      server.kill();
      TemporaryDirectory.delete(server.home);
      throw e;
    }
  }

  private void prepare() {
    try {
      Files.createDirectories(data);
      // in a file and not in the command, which every user of the machine can read
      Files.write(configFile(), configLines(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new RedisStartException(
          "cannot write to " + home + " or " + data + ": " + e, List.of(), e);
    }
  }

  private Path configFile() {
    return home.resolve("redis.conf");
  }

  private List<String> configLines() {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "bind " + HOST,
                "port " + address.port(),
                "dir " + RedisServerOptions.quoted(data.toString()),
                "daemonize no"));
    if (sentinel) {
      // it keeps nothing, and writes what it learns into this file
      lines.addAll(options.config());
      return lines;
    }
    lines.add("save \"\"");
    lines.add("maxmemory-policy noeviction");
    lines.add("appendonly " + (options.appendOnly() == null ? "no" : "yes"));
    if (options.appendOnly() != null) {
      lines.add("appendfsync " + options.appendOnly().inConfig());
    }
    if (options.password() != null) {
      lines.add("requirepass " + RedisServerOptions.quoted(options.password()));
    }
    if (executable.major() >= 7) {
      lines.add("enable-debug-command local");
    }
    lines.addAll(options.config());
    return lines;
  }

  private synchronized void launch() {
    List<String> command = new ArrayList<>();
    RedisExecutable.onPath(System.getenv("PATH"), "setsid")
        .ifPresent(setsid -> command.add(setsid.toString()));
    command.add(executable.path().toString());
    command.add(configFile().toString());
    if (sentinel) {
      command.add("--sentinel");
    }
    Process process;
    try {
      process =
          new ProcessBuilder(command).directory(data.toFile()).redirectErrorStream(true).start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new RedisStartException(
          "cannot run " + executable.path() + ": " + e.getMessage(), List.of(), e);
    }
    JvmExitGuard guard = JvmExitGuard.over(process, temporaryDirectories());
    OutputTail output =
        OutputTail.of(process, "holdfast-redis-output-" + address.port(), guard::dismiss);
    Running started = new Running(process, output, guard);
    running = started;
    awaitReady(started);
  }

  private List<Path> temporaryDirectories() {
    List<Path> directories = new ArrayList<>();
    if (!options.keepData()) {
      directories.add(home);
    }
    Optional.ofNullable(executable.temporary()).ifPresent(directories::add);
    return directories;
  }

  /** Returns when Redis answers and is the process we started; otherwise kills it and says why. */
  private void awaitReady(Running started) {
    long deadline = System.nanoTime() + options.readyTimeout().toNanos();
    String lastAnswer;
    do {
      try (RespClient client = RespClient.connect(address, PING_TIMEOUT)) {
        client.command("PING");
        String answering = client.info("server").getOrDefault("process_id", "unknown");
        if (answering.equals(Long.toString(started.process().pid()))) {
          return;
        }
        // ours cannot take the port and is about to end with its own words about that
        lastAnswer = "another Redis, process " + answering + ", answers";
      } catch (UncheckedIOException | RespException notYet) {
        lastAnswer = String.valueOf(notYet.getMessage());
      }
      // nothing tells when a server will answer, so it is asked every 10 ms; an early death ends
      // the wait at once
      if (Signals.awaitExit(started.process(), Duration.ofMillis(10))) {
        throw failed(
            started,
            executable.path()
                + " ended with exit code "
                + started.process().exitValue()
                + " before it answered at "
                + address);
      }
    } while (System.nanoTime() - deadline < 0 && !Thread.currentThread().isInterrupted());
    throw failed(
        started,
        executable.path()
            + " did not answer at "
            + address
            + " within "
            + options.readyTimeout()
            + (Thread.currentThread().isInterrupted() ? ", and the wait was interrupted" : "")
            + " ("
            + lastAnswer
            + ")");
  }

  private RedisStartException failed(Running started, String problem) {
    end(started);
    return new RedisStartException(problem, started.output().lastLinesAtEnd(), null);
  }

  @Override
  public String uri() {
    return address.uri();
  }

  @Override
  public RedisOrigin origin() {
    return executable.origin();
  }

  /**
   * Gives the port, which stays the same over restarts.
   *
   * @return 1 to 65535
   */
  public int port() {
    return address.port();
  }

  /**
   * Gives the directory of Redis's files, which stays the same over restarts.
   *
   * @return the directory
   */
  public Path dataDirectory() {
    return data;
  }

  /**
   * Says whether the process exists. A frozen one does.
   *
   * @return false after a kill, a stop, a close, or an end of its own
   */
  public boolean isRunning() {
    Running current = running;
    return current != null && current.process().isAlive();
  }

  /**
   * Gives the process id.
   *
   * @return the id of the process that runs now; another one after a restart
   * @throws IllegalStateException if it does not run
   */
  public long pid() {
    return alive().process().pid();
  }

  /**
   * Gives the last lines that Redis printed since it was last started.
   *
   * @return at most 40 lines, oldest first, unmodifiable
   */
  public List<String> output() {
    Running current = running;
    return current == null ? List.of() : current.output().lastLines();
  }

  /**
   * Kills the process with SIGKILL and waits until it is gone. What the append-only file holds
   * survives. Does nothing if it does not run.
   */
  public synchronized void kill() {
    if (running != null) {
      end(running);
    }
  }

  /**
   * Freezes the process with SIGSTOP and returns when it stands still. Connections stay open and
   * connects succeed, but nothing is answered: what a client sees of a hung machine.
   *
   * @throws IllegalStateException if the process does not run, or the system has no {@code sh} and
   *     {@code kill}
   */
  public synchronized void pause() {
    Process process = alive().process();
    Signals.send("STOP", process);
    if (!Signals.awaitStopped(process)) {
      throw notRunning();
    }
  }

  /**
   * Lets a frozen process go on, with SIGCONT. Does nothing to one that is not frozen.
   *
   * @throws IllegalStateException if the process does not run, or the system has no {@code sh} and
   *     {@code kill}
   */
  public synchronized void resume() {
    Signals.send("CONT", alive().process());
  }

  /**
   * Asks Redis to end, with SIGTERM, and waits until it is gone; kills it after 5 s. Its
   * append-only file is flushed. A frozen process goes on first. Does nothing if it does not run.
   */
  public synchronized void stop() {
    Running current = running;
    if (current == null || !current.process().isAlive()) {
      return;
    }
    current.process().destroy();
    try {
      Signals.send("CONT", current.process());
    } catch (IllegalStateException gone) {
      // it ended before it was told to go on; or there is no kill, and then it was never frozen
    }
    Signals.awaitExit(current.process(), STOP_TIMEOUT);
    end(current);
  }

  /**
   * Starts the process again on the same port and data directory, and returns when it answers. One
   * that still runs is stopped first. Without an append-only file Redis comes back empty.
   *
   * @throws IllegalStateException if this server was closed
   * @throws RedisStartException if it did not answer in time; a further restart may be tried
   */
  public synchronized void restart() {
    if (closed) {
      throw new IllegalStateException(this + " is closed");
    }
    stop();
    launch();
  }

  /**
   * Stops the process and removes its temporary files; kept data and a given data directory stay.
   * Idempotent.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    stop();
    if (options.keepData() && options.dataDirectory() == null) {
      // it may hold a password
      configFile().toFile().delete();
    } else {
      TemporaryDirectory.delete(home);
    }
  }

  private static void end(Running current) {
    current.process().destroyForcibly();
    Signals.awaitExit(current.process(), STOP_TIMEOUT);
    current.guard().dismiss();
  }

  private Running alive() {
    Running current = running;
    if (current == null || !current.process().isAlive()) {
      throw notRunning();
    }
    return current;
  }

  private IllegalStateException notRunning() {
    return new IllegalStateException(this + " does not run; restart() starts it again");
  }

  @Override
  public String toString() {
    Running current = running;
    String state =
        current != null && current.process().isAlive()
            ? "process " + current.process().pid()
            : "ended";
    return "RedisProcess[" + address + ", " + state + ", " + executable.origin() + "]";
  }
}
