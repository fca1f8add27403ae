package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a lock promises, K1 to K12, with real processes, a real Redis, and lost answers. */
class LockIT {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final Duration LONGEST_POLL = Duration.ofMillis(500);

  /** For a machine that is small and busy. */
  private static final Duration SLACK = Duration.ofSeconds(1);

  private static final LockOptions SHORT = LockOptions.defaults().withLease(LEASE);

  // The fault matrix names 8 processes and 60 s: set these for a long run.
  private static final int PROCESSES = Integer.getInteger("holdfast.lock.processes", 4);
  private static final int SECONDS = Integer.getInteger("holdfast.lock.seconds", 5);
  private static final int ROUNDS = Integer.getInteger("holdfast.lock.rounds", 100_000);

  private final String namespace = "it-" + UUID.randomUUID();
  private final String uri = RedisServer.shared().uri();
  private final List<AutoCloseable> opened = new ArrayList<>();
  @TempDir private Path directory;
  private History history;
  private RedisEngine engine;
  private RespClient redis;

  @BeforeEach
  void open() {
    history = new History(directory);
    engine = connect(uri);
    redis = RespClient.connect(uri);
    opened.add(redis);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  private RedisEngine connect(String to) {
    RedisEngine connected = RedisEngine.connect(WorkerMain.options(to, namespace));
    opened.add(0, connected);
    return connected;
  }

  private String key(String name) {
    return namespace + ":{lock:" + name + "}";
  }

  private static CompletableFuture<Long> lossOf(HeldLock held) {
    CompletableFuture<Long> lost = new CompletableFuture<>();
    held.onLost(() -> lost.complete(System.nanoTime()));
    return lost;
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.get(LONG.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no answer", e);
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private static void report(String what, Duration observed, Duration bound) {
    System.out.println(
        "LockIT " + what + ": " + observed.toMillis() + " ms, bound " + bound.toMillis() + " ms");
  }

  private WorkerProcess process(String mode) {
    WorkerProcess process =
        WorkerProcess.start(
            LockMain.class, history, uri, namespace, "shared", directory.toString(), mode);
    opened.add(process);
    return process;
  }

  private String awaitEvent(String event, WorkerProcess process) {
    await(event)
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(2))
        .failFast("the process has ended", () -> !process.isAlive() && history.count(event) == 0)
        .until(() -> history.count(event) > 0);
    return line(event);
  }

  private String line(String event) {
    return history.lines().stream()
        .filter(line -> line.startsWith(event + " "))
        .findFirst()
        .orElseThrow()
        .substring(event.length() + 3);
  }

  private record Section(long token, long from, long to, String process) {}

  @Test
  void k1_processes_that_contend_never_hold_the_lock_at_the_same_redis_time() throws Exception {
    List<WorkerProcess> processes = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      processes.add(process("contend"));
    }
    await("all are ready").atMost(LONG).until(() -> history.count("READY") == PROCESSES);
    history.openGate(1);
    long began = System.nanoTime();
    await("the time is over")
        .atMost(LONG.plusSeconds(SECONDS))
        .until(() -> since(began).toSeconds() >= SECONDS);
    history.openGate(2);
    for (WorkerProcess process : processes) {
      assertThat(process.awaitExit(30)).as(process.output()).isTrue();
    }

    List<Section> sections = new ArrayList<>();
    for (String line : history.lines()) {
      String[] parts = line.split(" ", -1);
      if (parts[0].equals("SECTION")) {
        assertThat(parts[5]).as("the store accepts each in turn").isEqualTo("true");
        sections.add(
            new Section(
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]),
                Long.parseLong(parts[4]),
                parts[6]));
      }
    }
    sections.sort(Comparator.comparingLong(Section::token));
    assertThat(history.count("END")).isEqualTo(PROCESSES);
    int handOvers = 0;
    for (int i = 1; i < sections.size(); i++) {
      assertThat(sections.get(i).token).isGreaterThan(sections.get(i - 1).token);
      assertThat(sections.get(i).from).isGreaterThanOrEqualTo(sections.get(i - 1).to);
      handOvers += sections.get(i).process.equals(sections.get(i - 1).process) ? 0 : 1;
    }
    System.out.printf(
        "LockIT K1: %d sections of %d processes, %d hand-overs, none overlap%n",
        sections.size(), PROCESSES, handOvers);
    assertThat(handOvers).isGreaterThan(PROCESSES);
    assertThat(new FencedFile(directory).counter()).isEqualTo(sections.size());
  }

  @Test
  void k2_a_stopped_holder_is_told_fenced_off_and_frees_nothing_of_the_next() throws Exception {
    WorkerProcess first = process("hold");
    long firstToken = Long.parseLong(awaitEvent("HELD", first));
    FencedFile file = new FencedFile(directory);

    first.signal("STOP");
    long stopped = System.nanoTime();
    HeldLock second = engine.lock("shared", SHORT).lock(LONG);
    Duration waited = since(stopped);
    assertThat(file.write(second.token())).isTrue();
    assertThat(history.count("LOST")).isZero();
    long continued = System.currentTimeMillis();
    first.signal("CONT");
    long lostAt = Long.parseLong(awaitEvent("LOST", first));
    assertThat(first.awaitExit(30)).isTrue();

    report("K2 the next holder after SIGSTOP", waited, LEASE.plus(LONGEST_POLL));
    assertThat(waited).isLessThan(LEASE.plus(LONGEST_POLL).plus(SLACK));
    Duration told = Duration.ofMillis(lostAt - continued);
    report("K2 onLost after SIGCONT", told, Duration.ofMillis(100));
    assertThat(told).isLessThan(SLACK);
    assertThat(second.token()).isGreaterThan(firstToken);
    assertThat(line("WRITE")).isEqualTo("accepted=false held=false");
    assertThat(line("CLOSED")).isEqualTo("freed=false");
    assertThat(second.extendNow()).isTrue();
    assertThat(second.unlock()).isTrue();
  }

  @Test
  void k3_the_lock_of_a_killed_holder_is_free_at_the_end_of_its_lease() {
    WorkerProcess holder = process("hold");
    awaitEvent("HELD", holder);

    holder.signal("KILL");
    long killed = System.nanoTime();
    Duration waited;
    try (HeldLock next = lock(engine.lock("shared", SHORT))) {
      waited = since(killed);
      assertThat(next.isHeld()).isTrue();
    }

    report("K3 the next holder after SIGKILL", waited, LEASE.plus(LONGEST_POLL));
    assertThat(waited).isLessThan(LEASE.plus(LONGEST_POLL).plus(SLACK));
  }

  private static HeldLock lock(RedisLock lock) {
    try {
      return lock.lock(LONG);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isFree(RedisLock lock) {
    try {
      var taken = lock.tryLock();
      taken.ifPresent(HeldLock::close);
      return taken.isPresent();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private int redisPort() {
    return URI.create(uri).getPort();
  }

  @Test
  void k4_a_lost_answer_to_the_taking_gives_the_same_token_when_asked_again() throws Exception {
    ReplyEater eater = new ReplyEater(redisPort());
    opened.add(eater);
    RedisLock lock = connect(eater.uri()).lock("lossy");
    lock.tryLock().orElseThrow().close();
    LockCalls calls = engineCalls("twice");

    eater.loseNext(1);
    try (HeldLock held = lock.tryLock().orElseThrow()) {
      assertThat(eater.lost()).isEqualTo(1);
      assertThat(redis.text("HGET", key("lossy"), "token")).isEqualTo(Long.toString(held.token()));
      assertThat(held.extendNow()).isTrue();
    }
    assertThat(isFree(lock)).isTrue();

    long token = get(calls.lock("me", LEASE, LONG)).number();
    assertThat(get(calls.lock("me", LEASE, LONG)).number()).isEqualTo(token);
    assertThat(get(calls.lock("other", LEASE, LONG)).result()).isEqualTo(LockCalls.Result.HELD);
  }

  private LockCalls engineCalls(String name) {
    RedisOptions options = WorkerMain.options(uri, namespace);
    RedisConnections connections = new RedisConnections(options);
    opened.add(0, connections);
    return new LockCalls(new Shared(options, connections, () -> ""), name);
  }

  @Test
  void k5_a_lost_answer_to_the_freeing_does_not_keep_the_lock() throws Exception {
    ReplyEater eater = new ReplyEater(redisPort());
    opened.add(eater);
    RedisLock lock = connect(eater.uri()).lock("lossy");
    HeldLock held = lock.tryLock().orElseThrow();

    eater.loseNext(1);
    long began = System.nanoTime();
    held.close();
    Duration took = since(began);

    assertThat(eater.lost()).isEqualTo(1);
    report("K5 close without an answer", took, Duration.ofSeconds(3));
    assertThat(took).isLessThan(Duration.ofSeconds(3).plus(SLACK));
    assertThat(isFree(engine.lock("lossy"))).isTrue();
  }

  @Test
  void k5_a_freeing_that_was_never_sent_is_sent_when_redis_is_back() throws Exception {
    try (RedisProcess server = RedisServer.start();
        RedisEngine there = RedisEngine.connect(WorkerMain.options(server.uri(), namespace));
        RedisEngine other = RedisEngine.connect(WorkerMain.options(server.uri(), namespace))) {
      HeldLock held = there.lock("long").tryLock().orElseThrow();
      server.pause();
      long began = System.nanoTime();
      assertThat(held.unlock()).isFalse();
      Duration took = since(began);
      server.resume();

      assertThat(took).isLessThan(Duration.ofSeconds(3).plus(SLACK));
      await("free long before its lease of 30 s ends")
          .atMost(Duration.ofSeconds(10))
          .until(() -> isFree(other.lock("long")));
    }
  }

  @Test
  void k6_a_holder_without_answers_counts_the_lock_as_lost_before_another_can_have_it()
      throws Exception {
    BlackHole hole = new BlackHole(redisPort());
    opened.add(hole);
    HeldLock first = connect(hole.uri()).lock("silent", SHORT).tryLock().orElseThrow();
    CompletableFuture<Long> lost = lossOf(first);
    assertThat(first.extendNow()).isTrue();
    long lastSuccess = System.nanoTime();

    hole.open();
    HeldLock second = lock(engine.lock("silent", SHORT));
    long secondAt = System.nanoTime();

    long lostAt = get(lost);
    report("K6 onLost after the last answer", Duration.ofNanos(lostAt - lastSuccess), LEASE);
    report("K6 the next holder after onLost", Duration.ofNanos(secondAt - lostAt), LEASE);
    assertThat(first.isHeld()).isFalse();
    assertThat(Duration.ofNanos(lostAt - lastSuccess)).isLessThan(LEASE);
    assertThat(lostAt).as("lost before the next has it").isLessThan(secondAt);
    assertThat(second.token()).isGreaterThan(first.token());
    second.close();
  }

  @Test
  void k7_after_a_failover_that_lost_the_lock_two_may_hold_it_and_tokens_still_rise()
      throws Exception {
    // The new primary never had the key: it was written just before the failover.
    HeldLock first = engine.lock("failover", SHORT).tryLock().orElseThrow();
    CompletableFuture<Long> lost = lossOf(first);
    redis.command("DEL", key("failover"));
    HeldLock second = engine.lock("failover", SHORT).tryLock().orElseThrow();
    FencedFile store = new FencedFile(directory);

    assertThat(first.isHeld()).as("not promised: both believe it").isTrue();
    assertThat(store.write(second.token())).isTrue();
    assertThat(store.write(first.token())).as("the store refuses the first").isFalse();
    get(lost);
    assertThat(first.unlock()).isFalse();
    assertThat(second.extendNow()).isTrue();
    second.close();
  }

  @Test
  void k8_tokens_rise_over_a_restart_of_redis_that_lost_everything() throws Exception {
    try (RedisProcess server = RedisServer.start();
        RedisEngine there = RedisEngine.connect(WorkerMain.options(server.uri(), namespace))) {
      HeldLock before = there.lock("restart").tryLock().orElseThrow();
      server.kill();
      server.restart();

      HeldLock after = there.lock("restart").tryLock().orElseThrow();
      assertThat(after.token()).isGreaterThan(before.token());
      assertThat(before.unlock()).isFalse();
      assertThat(after.unlock()).isTrue();
    }
  }

  private RedisEngine connectAt(AtomicLong millis) {
    RedisEngine connected =
        RedisEngine.connect(WorkerMain.options(uri, namespace), () -> Long.toString(millis.get()));
    opened.add(0, connected);
    return connected;
  }

  @Test
  void k9_a_server_clock_set_forward_ends_a_lease_early_and_the_holder_is_told() throws Exception {
    AtomicLong clock = new AtomicLong(System.currentTimeMillis());
    RedisEngine there = connectAt(clock);
    HeldLock first = there.lock("clock", SHORT).tryLock().orElseThrow();
    CompletableFuture<Long> lost = lossOf(first);

    clock.addAndGet(Duration.ofHours(1).toMillis());
    HeldLock second = there.lock("clock").tryLock().orElseThrow();

    get(lost);
    assertThat(second.token()).isGreaterThan(first.token());
    assertThat(first.unlock()).isFalse();
    assertThat(second.unlock()).isTrue();
  }

  @Test
  void k9_a_server_clock_set_back_keeps_a_dead_holders_lock_for_one_more_lease_at_most()
      throws Exception {
    AtomicLong clock = new AtomicLong(System.currentTimeMillis());
    RedisEngine dead = connectAt(clock);
    HeldLock first = dead.lock("clock", SHORT).tryLock().orElseThrow();
    dead.close();
    RedisLock next = connectAt(clock).lock("clock", SHORT);

    clock.addAndGet(-Duration.ofHours(1).toMillis());
    assertThat(next.tryLock()).isEmpty();
    clock.addAndGet(LEASE.toMillis() - 1);
    assertThat(next.tryLock()).isEmpty();
    clock.addAndGet(1);
    try (HeldLock second = next.tryLock().orElseThrow()) {
      assertThat(second.token()).isEqualTo(first.token() + 1);
    }
  }

  @Test
  void k10_freeing_what_is_not_held_has_no_effect() throws Exception {
    RedisLock lock = engine.lock("mine");
    HeldLock first = lock.tryLock().orElseThrow();
    assertThat(lock.tryLock()).as("not reentrant").isEmpty();
    assertThat(first.unlock()).isTrue();
    assertThat(first.unlock()).as("twice").isFalse();
    assertThat(first.isHeld()).isFalse();
    assertThat(first.extendNow()).isFalse();

    try (HeldLock second = lock.tryLock().orElseThrow()) {
      first.close();
      LockCalls calls = engineCalls("mine");
      String token = Long.toString(second.token());
      assertThat(get(calls.unlock("somebody", token, LONG)).result())
          .isEqualTo(LockCalls.Result.TAKEN);
      assertThat(get(calls.extend("somebody", second.token(), LEASE, LONG)).result())
          .isEqualTo(LockCalls.Result.TAKEN);
      assertThat(second.extendNow()).isTrue();
    }
    assertThat(isFree(lock)).isTrue();
  }

  @Test
  void k10_a_lock_that_was_lost_is_not_freed_by_its_close() throws Exception {
    RedisLock lock = engine.lock("mine", SHORT);
    HeldLock first = lock.tryLock().orElseThrow();
    redis.command("DEL", key("mine"));
    assertThat(first.extendNow()).isFalse();
    HeldLock second = lock.tryLock().orElseThrow();

    assertThat(first.unlock()).isFalse();
    first.close();

    // On the connection of that unlock, so it has arrived by then.
    assertThat(lock.tryLock()).isEmpty();
    assertThat(second.extendNow()).isTrue();
    CompletableFuture<Long> late = new CompletableFuture<>();
    first.onLost(() -> late.complete(1L));
    second.onLost(() -> late.complete(2L));
    second.close();
    assertThat(late).isNotDone();
  }

  @Test
  void k11_no_lease_moves_after_close_however_it_races_with_extensions_and_interrupts()
      throws Exception {
    int threads = 4;
    ExecutorService pool = Executors.newFixedThreadPool(2 * threads);
    AtomicInteger left = new AtomicInteger(ROUNDS);
    List<Future<?>> done = new ArrayList<>();
    long began = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      String name = "race-" + t;
      done.add(pool.submit(() -> race(engine.lock(name, SHORT), pool, left)));
    }
    for (Future<?> each : done) {
      each.get(10, TimeUnit.MINUTES);
    }
    report("K11 " + ROUNDS + " rounds", since(began), LONG);

    // Whatever is still on its way has arrived when a later call on each connection has.
    try (HeldLock last = engine.lock("last").tryLock().orElseThrow()) {
      assertThat(last.extendNow()).isTrue();
    }
    for (int t = 0; t < threads; t++) {
      assertThat(redis.text("TYPE", key("race-" + t))).isEqualTo("hash");
      assertThat(redis.command("HLEN", key("race-" + t))).as("only the token").isEqualTo(1L);
    }
    pool.shutdown();
  }

  private static Void race(RedisLock lock, ExecutorService pool, AtomicInteger left)
      throws Exception {
    for (int round = left.decrementAndGet(); round >= 0; round = left.decrementAndGet()) {
      HeldLock held = lock(lock);
      CountDownLatch together = new CountDownLatch(1);
      Future<?> extender =
          pool.submit(
              () -> {
                together.await();
                return held.extend().get();
              });
      together.countDown();
      boolean interrupted = round % 3 == 0;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      held.close();
      assertThat(Thread.interrupted()).isEqualTo(interrupted);
      extender.get();
      assertThat(held.extend().get()).isFalse();
    }
    return null;
  }

  @Test
  void k12_a_holder_whose_key_was_deleted_is_told_within_an_extension_period() throws Exception {
    HeldLock held = engine.lock("deleted", SHORT).tryLock().orElseThrow();
    CompletableFuture<Long> lost = lossOf(held);

    redis.command("DEL", key("deleted"));
    long deleted = System.nanoTime();
    Duration told = Duration.ofNanos(get(lost) - deleted);

    report("K12 onLost after DEL", told, SHORT.extendPeriod());
    assertThat(told).isLessThan(SHORT.extendPeriod().plus(SLACK));
    try (HeldLock next = engine.lock("deleted").tryLock().orElseThrow()) {
      assertThat(next.token()).isGreaterThan(held.token());
    }
  }

  @Test
  void a_living_holder_keeps_the_lock_over_many_leases() throws Exception {
    LockOptions shortest = LockOptions.defaults().withLease(Duration.ofMillis(600));
    try (HeldLock held = engine.lock("kept", shortest).tryLock().orElseThrow()) {
      assertThat(engine.lock("kept").tryLock(Duration.ofSeconds(2))).isEmpty();
      assertThat(held.isHeld()).isTrue();
    }
  }

  @Test
  void a_lock_is_lost_at_its_longest_hold() throws Exception {
    LockOptions options =
        LockOptions.defaults()
            .withLease(Duration.ofMillis(600))
            .withMaxHold(Duration.ofMillis(1_500));
    long began = System.nanoTime();
    HeldLock stuck = engine.lock("stuck", options).tryLock().orElseThrow();
    CompletableFuture<Long> lost = lossOf(stuck);

    HeldLock next = lock(engine.lock("stuck"));
    Duration took = since(began);

    assertThat(lost).as("lost before the next has it").isDone();
    assertThat(took).isBetween(Duration.ofMillis(1_400), Duration.ofMillis(1_500).plus(SLACK));
    assertThat(stuck.isHeld()).isFalse();
    next.close();
  }

  @Test
  void a_callback_runs_once_also_when_given_after_the_loss_or_when_another_fails()
      throws Exception {
    HeldLock held = engine.lock("told").tryLock().orElseThrow();
    AtomicInteger calls = new AtomicInteger();
    CompletableFuture<Long> late = new CompletableFuture<>();
    held.onLost(
        () -> {
          calls.incrementAndGet();
          throw new IllegalStateException("a callback may fail");
        });
    redis.command("DEL", key("told"));
    assertThat(held.extendNow()).isFalse();
    assertThat(held.extendNow()).isFalse();

    held.onLost(() -> late.complete(1L));
    get(late);
    await().atMost(LONG).until(() -> calls.get() > 0);
    held.close();
    assertThat(calls).hasValue(1);
  }

  @Test
  void a_waiter_that_gives_up_leaves_nothing_behind() throws Exception {
    try (HeldLock held = engine.lock("waited").tryLock().orElseThrow()) {
      Object before = redis.command("HGETALL", key("waited"));
      RedisLock lock = engine.lock("waited");
      assertThatThrownBy(() -> lock.lock(Duration.ofMillis(100)))
          .isInstanceOf(LockHeldException.class)
          .hasMessageContaining("waited");
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> lock.lock(LONG)).isInstanceOf(InterruptedException.class);

      await("the interrupted request was undone")
          .atMost(LONG)
          .untilAsserted(
              () -> assertThat(redis.command("HGETALL", key("waited"))).isEqualTo(before));
      assertThat((List<?>) redis.command("KEYS", namespace + ":*")).hasSize(1);
      assertThat(held.unlock()).isTrue();
    }
  }

  @Test
  void an_interrupted_taker_of_a_free_lock_does_not_keep_it() throws Exception {
    RedisLock lock = engine.lock("interrupted");
    for (int i = 0; i < 50; i++) {
      Thread.currentThread().interrupt();
      try {
        lock.tryLock().orElseThrow().close();
      } catch (InterruptedException expected) {
        // as the flag said
      }
      Thread.interrupted();
      assertThat(lock.tryLock(Duration.ofSeconds(5)).map(HeldLock::unlock)).contains(true);
    }
  }

  @Test
  void only_the_token_is_left_of_a_freed_lock_and_for_a_day() throws Exception {
    HeldLock held = engine.lock("day").tryLock().orElseThrow();
    long token = held.token();
    held.close();

    assertThat(redis.text("HGET", key("day"), "token")).isEqualTo(Long.toString(token));
    assertThat(redis.command("HLEN", key("day"))).isEqualTo(1L);
    assertThat((Long) redis.command("PTTL", key("day")))
        .isBetween(Duration.ofHours(23).toMillis(), Duration.ofHours(24).toMillis());
  }

  @Test
  void closing_the_engine_tells_holders_and_leaves_the_lock_to_its_lease() throws Exception {
    RedisEngine closing = connect(uri);
    HeldLock held = closing.lock("engine", SHORT).tryLock().orElseThrow();
    CompletableFuture<Long> lost = lossOf(held);
    RedisLock lock = closing.lock("engine", SHORT);

    closing.close();

    get(lost);
    assertThat(held.isHeld()).isFalse();
    assertThat(isFree(engine.lock("engine"))).isFalse();
    assertThatThrownBy(lock::tryLock).isInstanceOf(EngineUnavailableException.class);
    held.close();
  }

  @Test
  void a_full_redis_still_locks_and_a_key_that_is_not_ours_is_refused() throws Exception {
    try (RedisProcess server = RedisServer.start();
        RespClient there = server.connect();
        RedisEngine full = RedisEngine.connect(WorkerMain.options(server.uri(), namespace))) {
      there.command("SET", key("theirs"), "not ours");
      there.command("CONFIG", "SET", "maxmemory", "1");

      try (HeldLock held = full.lock("full", SHORT).tryLock().orElseThrow()) {
        assertThat(held.extendNow()).isTrue();
        assertThat(full.lock("full").tryLock()).isEmpty();
      }
      assertThatThrownBy(() -> full.lock("theirs").tryLock())
          .isInstanceOf(LockException.class)
          .hasMessageContaining("theirs");
      assertThat(there.text("GET", key("theirs"))).isEqualTo("not ours");
    }
  }

  @Test
  void names_keep_the_rules_of_names_and_waits_have_bounds() {
    assertThatThrownBy(() -> engine.lock("a b")).isInstanceOf(InvalidNameException.class);
    assertThatThrownBy(() -> engine.lock("{a}")).isInstanceOf(InvalidNameException.class);
    assertThatThrownBy(() -> engine.lock("a").tryLock(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
