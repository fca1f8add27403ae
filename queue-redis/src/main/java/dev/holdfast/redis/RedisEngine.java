package dev.holdfast.redis;

import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.EngineRefusedException.Problem;
import dev.holdfast.lock.LockKeeper;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Intake;
import dev.holdfast.spi.Locks;
import dev.holdfast.spi.Runs;
import dev.holdfast.spi.Ticking;
import dev.holdfast.spi.Topics;
import dev.holdfast.spi.Upkeep;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues on a Redis or Valkey server, behind Sentinels, or on a Cluster. Safe for use by many
 * threads; one engine serves a whole application.
 *
 * <p>Opening checks the server, in a Cluster every primary: it is refused if it cannot be reached,
 * denies access, is a replica or is older than 6.2. An eviction policy other than {@code
 * noeviction}, persistence that is off or a clock that is far away is logged with what to change,
 * or refused in strict mode.
 */
public final class RedisEngine implements Engine {
  private static final Logger log = LoggerFactory.getLogger(RedisEngine.class);

  private final Shared shared;
  private final ScheduledExecutorService timer;
  private final RedisIntake intake;
  private final CancelHints hints;
  private final RedisClaiming claiming;
  private final RedisUpkeep upkeep;
  private final RedisControl control;
  private final RedisTicking ticking;
  private final RedisRuns runs;
  private final RedisTopics topics;
  private final RedisLocks locks;
  private final LockKeeper lockKeeper;
  private final AtomicBoolean closed = new AtomicBoolean();

  private RedisEngine(
      RedisOptions options, @Nullable AbstractRedisClient lettuce, Supplier<String> now) {
    RedisConnections connections = new RedisConnections(options, lettuce);
    this.shared = new Shared(options, connections, now);
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "holdfast-redis-timer");
              thread.setDaemon(true);
              return thread;
            });
    String producer = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    this.intake = new RedisIntake(shared, producer, timer);
    this.hints = new CancelHints(shared);
    this.claiming = new RedisClaiming(shared, hints);
    this.upkeep = new RedisUpkeep(shared);
    this.control = new RedisControl(shared);
    this.ticking = new RedisTicking(shared);
    this.runs = new RedisRuns(shared);
    this.topics = new RedisTopics(shared);
    this.locks = new RedisLocks(shared);
    this.lockKeeper = new LockKeeper(locks);
  }

  /**
   * Opens the queues of a server, of a primary behind Sentinels or of a Cluster, with default
   * options.
   *
   * @param uri in one of the forms of {@link RedisUri}, such as {@code redis://localhost:6379}
   * @throws EngineRefusedException if the server cannot be used; the message says why and never
   *     holds the password
   */
  public static RedisEngine connect(String uri) {
    return connect(RedisOptions.builder(uri).build());
  }

  /**
   * Opens the queues of a server, of a primary behind Sentinels or of a Cluster.
   *
   * @throws EngineRefusedException if the server cannot be used; the message says why and never
   *     holds the password
   */
  public static RedisEngine connect(RedisOptions options) {
    return connect(options, null, () -> "");
  }

  /**
   * As {@link #connect(RedisOptions)}, with what an application's Lettuce client has: its {@code
   * ClientResources} (threads, name resolution, address mapping, metrics) and its TLS settings. The
   * address, user and password are those of the options, because a client does not tell its own;
   * see {@link RedisUri#withCredentials}. The connections are Holdfast's own: they must not
   * reconnect or repeat commands by themselves, as those of the client may.
   *
   * @param client a {@code RedisClient} or {@code RedisClusterClient}; it is not closed, and must
   *     stay open as long as the engine
   * @throws EngineRefusedException as {@link #connect(RedisOptions)}
   */
  public static RedisEngine connect(AbstractRedisClient client, RedisOptions options) {
    Objects.requireNonNull(client, "client");
    return connect(options, client, () -> "");
  }

  /** As {@link #connect(RedisOptions)}; scripts judge by the given instant, epoch ms, unless "". */
  static RedisEngine connect(RedisOptions options, Supplier<String> now) {
    return connect(options, null, now);
  }

  private static RedisEngine connect(
      RedisOptions options, @Nullable AbstractRedisClient lettuce, Supplier<String> now) {
    RedisEngine engine = new RedisEngine(options, lettuce, now);
    try {
      engine.shared.connections().open().forEach(engine::check);
      return engine;
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  private void check(String address, RedisLine line) {
    Duration timeout = shared.options().commandTimeout();
    ServerCheck check;
    Instant serverTime;
    try {
      String info = line.with(timeout, this::info).join();
      check = new ServerCheck(address, shared.options().uri(), info);
      check.requireKind();
      serverTime =
          line.with(timeout, open -> open.async().time().toCompletableFuture())
              .thenApply(RedisEngine::instant)
              .join();
    } catch (CompletionException e) {
      throw shared.connections().refusal(address, e);
    }
    List<String> unsafe = check.judge(serverTime, InstantSource.system().instant());
    if (!unsafe.isEmpty() && shared.options().strict()) {
      throw new EngineRefusedException(
          Problem.UNSAFE_SETTING,
          "Redis at " + address + " is refused in strict mode: " + String.join("; ", unsafe),
          null);
    }
    unsafe.forEach(sentence -> log.warn("Redis at {}: {}", address, sentence));
    log.info("Holdfast uses Redis {} at {}", check.version(), address);
  }

  private CompletableFuture<String> info(StatefulRedisConnection<byte[], byte[]> open) {
    return open.async().info().toCompletableFuture();
  }

  private static Instant instant(List<byte[]> time) {
    long seconds = Long.parseLong(new String(time.get(0), StandardCharsets.US_ASCII));
    long micros = Long.parseLong(new String(time.get(1), StandardCharsets.US_ASCII));
    return Instant.ofEpochSecond(seconds, micros * 1_000);
  }

  @Override
  public Intake intake() {
    return intake;
  }

  @Override
  public Claiming claiming() {
    return claiming;
  }

  @Override
  public Bells openBells(String worker) {
    return shared.connections().openBells(shared, worker);
  }

  @Override
  public Upkeep upkeep() {
    return upkeep;
  }

  @Override
  public Control control() {
    return control;
  }

  @Override
  public Ticking ticking() {
    return ticking;
  }

  @Override
  public Runs runs() {
    return runs;
  }

  @Override
  public Topics topics() {
    return topics;
  }

  @Override
  public Locks locks() {
    return locks;
  }

  /**
   * A lock by its name, with {@link LockOptions#defaults()}. Nothing is sent by this call.
   *
   * @param name 1 to 128 characters of {@code A-Z a-z 0-9 . _ -}; whoever uses the same name in the
   *     same namespace uses the same lock. Locks and queues may have the same names
   * @throws dev.holdfast.job.InvalidNameException if the name is none
   */
  public RedisLock lock(String name) {
    return lock(name, LockOptions.defaults());
  }

  /**
   * As {@link #lock(String)}, with options. They are those of this object: another process may use
   * others for the same lock.
   */
  public RedisLock lock(String name, LockOptions options) {
    return new RedisLock(lockKeeper.lock(name, options));
  }

  @Override
  public Duration reconnectCap() {
    return shared.options().reconnectCap();
  }

  @Override
  public String describe() {
    return shared.options().uri() + " namespace " + shared.options().namespace();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      intake.close();
      hints.close();
      lockKeeper.close();
      timer.shutdownNow();
      shared.connections().close();
    }
  }
}
