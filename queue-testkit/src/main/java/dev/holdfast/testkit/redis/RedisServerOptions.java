package dev.holdfast.testkit.redis;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a private server.
 *
 * @param port the TCP port; 0 picks a free one
 * @param appendOnly when the append-only file is flushed to disk; null writes none, so that a
 *     restart finds Redis empty
 * @param dataDirectory where Redis keeps its files; null makes a temporary directory
 * @param keepData whether a temporary directory stays after close
 * @param password what clients must log in with; null lets everybody in
 * @param config further lines of {@code redis.conf}, already quoted
 * @param executable the {@code redis-server} to run; null looks on the {@code PATH}, then for the
 *     packed one
 * @param readyTimeout how long a start may take until Redis answers
 */
public record RedisServerOptions(
    int port,
    @Nullable Fsync appendOnly,
    @Nullable Path dataDirectory,
    boolean keepData,
    @Nullable String password,
    List<String> config,
    @Nullable Path executable,
    Duration readyTimeout) {

  /** What has a setting of its own here, or would take the process out of our hands. */
  private static final Set<String> NOT_BY_CONFIG =
      Set.of(
          "port",
          "bind",
          "dir",
          "requirepass",
          "appendonly",
          "appendfsync",
          "daemonize",
          "supervised",
          "logfile");

  /**
   * When Redis flushes its append-only file. No policy loses a write when Redis alone is killed.
   */
  public enum Fsync {
    /** Before each answer. */
    ALWAYS,
    /** Once a second: a crash of the machine loses up to about 2 s. */
    EVERYSEC,
    /** When the operating system likes. */
    NO;

    String inConfig() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if one is out of the bounds that {@link Builder} states
   * @throws NullPointerException if a list or duration is null
   */
  public RedisServerOptions {
    Objects.requireNonNull(readyTimeout, "readyTimeout");
    config = List.copyOf(config);
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be 0 to 65535: " + port);
    }
    if (readyTimeout.isNegative() || readyTimeout.isZero()) {
      throw new IllegalArgumentException("readyTimeout must be above 0: " + readyTimeout);
    }
    if (password != null && password.isEmpty()) {
      throw new IllegalArgumentException("password must not be empty; leave it out for none");
    }
  }

  /**
   * Begins with the defaults.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Begins with these settings.
   *
   * @return a new builder
   */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.port = port;
    builder.appendOnly = appendOnly;
    builder.dataDirectory = dataDirectory;
    builder.keepData = keepData;
    builder.password = password;
    builder.config.addAll(config);
    builder.executable = executable;
    builder.readyTimeout = readyTimeout;
    return builder;
  }

  /**
   * Writes the settings without the password and without the further lines, which may hold one.
   *
   * @return one line
   */
  @Override
  public String toString() {
    return "RedisServerOptions[port="
        + port
        + ", appendOnly="
        + appendOnly
        + ", dataDirectory="
        + dataDirectory
        + ", keepData="
        + keepData
        + ", password="
        + (password == null ? "none" : "***")
        + ", config="
        + config.size()
        + " lines, executable="
        + executable
        + ", readyTimeout="
        + readyTimeout
        + "]";
  }

  /** Puts a value between double quotes, as {@code redis.conf} reads it. */
  static String quoted(String value) {
    StringBuilder text = new StringBuilder("\"");
    for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
      if (b == '"' || b == '\\') {
        text.append('\\').append((char) b);
      } else if (b >= ' ' && b < 127) {
        text.append((char) b);
      } else {
        text.append(String.format(Locale.ROOT, "\\x%02x", b));
      }
    }
    return text.append('"').toString();
  }

  /** Collects the settings. Not safe for use by several threads. */
  public static final class Builder {
    private int port;
    private @Nullable Fsync appendOnly;
    private @Nullable Path dataDirectory;
    private boolean keepData;
    private @Nullable String password;
    private final List<String> config = new ArrayList<>();
    private @Nullable Path executable;
    private Duration readyTimeout = Duration.ofSeconds(15);

    private Builder() {}

    /**
     * Sets the TCP port, on the loopback interface.
     *
     * @param port 1 to 65535, or 0 (the default) for a free one, which a restart keeps
     * @return this builder
     */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /**
     * Has Redis write its append-only file, so that data survives a kill and a restart. The default
     * is not to.
     *
     * @param fsync when it is flushed to disk
     * @return this builder
     */
    public Builder appendOnly(Fsync fsync) {
      this.appendOnly = Objects.requireNonNull(fsync, "fsync");
      return this;
    }

    /**
     * Sets the directory of Redis's files; made if absent, never deleted. The default is a
     * temporary one.
     *
     * @param directory any directory this process can write; of one server at a time
     * @return this builder
     */
    public Builder dataDirectory(Path directory) {
      this.dataDirectory = directory.toAbsolutePath();
      return this;
    }

    /**
     * Says whether a temporary data directory stays after close, to look into it. The default is
     * no.
     *
     * @param keep true to leave it
     * @return this builder
     */
    public Builder keepData(boolean keep) {
      this.keepData = keep;
      return this;
    }

    /**
     * Sets the password of the default user. The default is none.
     *
     * @param password at least one character
     * @return this builder
     */
    public Builder password(String password) {
      this.password = Objects.requireNonNull(password, "password");
      return this;
    }

    /**
     * Adds a line to {@code redis.conf}, after the lines of the other settings, so that it wins. By
     * default there is none. A configuration that Redis refuses shows at the start, with Redis's
     * own words.
     *
     * @param directive such as {@code maxmemory}
     * @param values its values, quoted here
     * @return this builder
     * @throws IllegalArgumentException if the directive is not one word of letters, digits, dots
     *     and dashes, or has a method of its own here ({@code port}, {@code dir}, {@code
     *     requirepass}, {@code appendonly}, {@code appendfsync}), or would take the process out of
     *     our hands ({@code bind}, {@code daemonize}, {@code supervised}, {@code logfile})
     */
    public Builder config(String directive, String... values) {
      if (!directive.matches("[A-Za-z0-9.-]+")) {
        throw new IllegalArgumentException("not a directive of redis.conf: '" + directive + "'");
      }
      if (NOT_BY_CONFIG.contains(directive.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "'"
                + directive
                + "' is not set by config(...): it has a method of "
                + "its own, or the server would get out of reach");
      }
      StringBuilder line = new StringBuilder(directive);
      for (String value : values) {
        line.append(' ').append(quoted(value));
      }
      config.add(line.toString());
      return this;
    }

    /**
     * Names the {@code redis-server} or {@code valkey-server} to run. By default one is looked for
     * on the {@code PATH}, then in {@code org.signal:embedded-redis}.
     *
     * @param executable an executable file
     * @return this builder
     */
    public Builder executable(Path executable) {
      this.executable = executable.toAbsolutePath();
      return this;
    }

    /**
     * Sets how long a start may take until Redis answers; loading a large append-only file counts.
     *
     * @param timeout above 0; the default is 15 s (chosen, not measured: a start takes some 50 ms)
     * @return this builder
     */
    public Builder readyTimeout(Duration timeout) {
      this.readyTimeout = timeout;
      return this;
    }

    /**
     * Checks the settings and makes the options.
     *
     * @return the options
     * @throws IllegalArgumentException if a setting is out of its bounds
     */
    public RedisServerOptions build() {
      return new RedisServerOptions(
          port, appendOnly, dataDirectory, keepData, password, config, executable, readyTimeout);
    }
  }
}
