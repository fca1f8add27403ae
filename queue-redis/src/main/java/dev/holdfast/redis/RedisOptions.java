package dev.holdfast.redis;

import dev.holdfast.job.Naming;
import java.time.Duration;
import java.util.Objects;

/**
 * How to reach Redis, and how long to wait for it. Numbers are chosen, not measured, unless said.
 *
 * @param uri where Redis is; its text shows no password
 * @param namespace what every key begins with, so that applications and environments share a Redis
 * @param strict whether settings under which jobs can be lost are refused instead of warned of
 * @param commandTimeout how long a command may take, T
 * @param enqueueTimeout how long one try of an enqueue may take within its deadline
 * @param reconnectCap the longest wait between two tries to reconnect, C
 * @param connectTimeout how long opening a connection may take
 * @param requestQueueSize commands that may wait for answers before more are refused
 */
public record RedisOptions(
    RedisUri uri,
    String namespace,
    boolean strict,
    Duration commandTimeout,
    Duration enqueueTimeout,
    Duration reconnectCap,
    Duration connectTimeout,
    int requestQueueSize) {

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of range
   * @throws dev.holdfast.job.InvalidNameException if the namespace is no name
   */
  public RedisOptions {
    Objects.requireNonNull(uri, "uri");
    Naming.name("namespace", namespace);
    within("commandTimeout", commandTimeout, Duration.ofMillis(100), Duration.ofMinutes(1));
    within("enqueueTimeout", enqueueTimeout, Duration.ofMillis(50), commandTimeout);
    within("reconnectCap", reconnectCap, Duration.ofMillis(10), Duration.ofMinutes(1));
    within("connectTimeout", connectTimeout, Duration.ofMillis(100), Duration.ofMinutes(1));
    if (requestQueueSize < 100 || requestQueueSize > 1_000_000) {
      throw new IllegalArgumentException(
          "requestQueueSize is " + requestQueueSize + "; it must be 100 to 1,000,000");
    }
  }

  /**
   * A builder for a server, a primary behind Sentinels, or a Cluster.
   *
   * @param uri in one of the forms of {@link RedisUri}
   * @throws dev.holdfast.job.EngineRefusedException if it has none of them
   */
  public static Builder builder(String uri) {
    return builder(RedisUri.parse(uri));
  }

  /** As {@link #builder(String)}. */
  public static Builder builder(RedisUri uri) {
    return new Builder(uri);
  }

  private static void within(String what, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          what + " is " + value + "; it must be " + least + " to " + most);
    }
  }

  /** Builds {@link RedisOptions}. Not safe for use by several threads. */
  public static final class Builder {
    private final RedisUri uri;
    private String namespace = "hf";
    private boolean strict;
    private Duration commandTimeout = Duration.ofSeconds(3);
    private Duration enqueueTimeout = Duration.ofSeconds(1);
    private Duration reconnectCap = Duration.ofSeconds(2);
    private Duration connectTimeout = Duration.ofSeconds(3);
    private int requestQueueSize = 10_000;

    private Builder(RedisUri uri) {
      this.uri = Objects.requireNonNull(uri, "uri");
    }

    /** What every key begins with, a name as of a queue. Default "hf". */
    public Builder namespace(String value) {
      namespace = Objects.requireNonNull(value, "namespace");
      return this;
    }

    /** Whether unsafe settings of the server are refused. Default false: they are warned of. */
    public Builder strict(boolean value) {
      strict = value;
      return this;
    }

    /** How long a command may take, 100 ms to 1 min. Default 3 s. */
    public Builder commandTimeout(Duration value) {
      commandTimeout = Objects.requireNonNull(value, "commandTimeout");
      return this;
    }

    /** How long one try of an enqueue may take, 50 ms to the command timeout. Default 1 s. */
    public Builder enqueueTimeout(Duration value) {
      enqueueTimeout = Objects.requireNonNull(value, "enqueueTimeout");
      return this;
    }

    /** The longest wait between two tries to reconnect, 10 ms to 1 min. Default 2 s. */
    public Builder reconnectCap(Duration value) {
      reconnectCap = Objects.requireNonNull(value, "reconnectCap");
      return this;
    }

    /** How long opening a connection may take, 100 ms to 1 min. Default 3 s. */
    public Builder connectTimeout(Duration value) {
      connectTimeout = Objects.requireNonNull(value, "connectTimeout");
      return this;
    }

    /** Commands that may wait for answers, 100 to 1,000,000. Default 10,000. */
    public Builder requestQueueSize(int value) {
      requestQueueSize = value;
      return this;
    }

    /**
     * Builds the options.
     *
     * @throws IllegalArgumentException if a value is out of range
     * @throws dev.holdfast.job.InvalidNameException if the namespace is no name
     */
    public RedisOptions build() {
      return new RedisOptions(
          uri,
          namespace,
          strict,
          commandTimeout,
          enqueueTimeout,
          reconnectCap,
          connectTimeout,
          requestQueueSize);
    }
  }
}
