package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.EngineRefusedException.Problem;
import dev.holdfast.lock.HeldLock;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claiming.Subscription;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.redis.RedisCluster;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisSentinels;
import dev.holdfast.testkit.redis.RespClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What is particular to Sentinels and to a Cluster: being found, and slots that move. */
final class TopologyIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String NAMESPACE = "topo";
  private static final RedisCluster CLUSTER = RedisCluster.start();
  private static final RedisSentinels SENTINELS = RedisSentinels.start();

  @AfterAll
  static void close() {
    CLUSTER.close();
    SENTINELS.close();
  }

  private static RedisEngine connect(String uri) {
    return RedisEngine.connect(RedisOptions.builder(uri).namespace(NAMESPACE).build());
  }

  private static void assertRefused(String uri, Problem problem, String... words) {
    assertThatThrownBy(() -> connect(uri).close())
        .isInstanceOfSatisfying(
            EngineRefusedException.class, e -> assertThat(e.problem()).isEqualTo(problem))
        .hasMessageContainingAll(words);
  }

  private static String at(RedisProcess server) {
    return "127.0.0.1:" + server.port();
  }

  @Test
  void a_uri_that_means_another_kind_of_server_is_refused_with_the_right_one() {
    String node = at(CLUSTER.nodes().get(1));
    String sentinel = at(SENTINELS.sentinels().get(0));
    String single = at(SENTINELS.servers().get(0));
    assertRefused("redis://" + node, Problem.WRONG_TOPOLOGY, "redis-cluster://" + node);
    assertRefused("redis://" + sentinel, Problem.WRONG_TOPOLOGY, "redis-sentinel://" + sentinel);
    assertRefused("redis-cluster://" + single, Problem.WRONG_TOPOLOGY, "redis://" + single);
    assertRefused(
        "redis-sentinel://" + single + "#main", Problem.WRONG_TOPOLOGY, "redis://" + single);
    assertRefused(
        "redis-sentinel://" + sentinel + "#other", Problem.UNREACHABLE, "no primary named other");
  }

  @Test
  void an_engine_says_where_it_stores() {
    try (RedisEngine cluster = connect(CLUSTER.uri());
        RedisEngine sentinels = connect(SENTINELS.uri())) {
      assertThat(cluster.describe()).isEqualTo(CLUSTER.uri() + " namespace " + NAMESPACE);
      assertThat(sentinels.describe()).isEqualTo(SENTINELS.uri() + " namespace " + NAMESPACE);
    }
  }

  @Test
  void one_node_or_sentinel_that_answers_is_enough_to_find_the_others() {
    int nobody = 1;
    try (RedisEngine cluster =
            connect("redis-cluster://127.0.0.1:" + nobody + "," + at(CLUSTER.nodes().get(2)));
        RedisEngine sentinel =
            connect(
                "redis-sentinel://127.0.0.1:"
                    + nobody
                    + ","
                    + at(SENTINELS.sentinels().get(1))
                    + "#main")) {
      for (int i = 0; i < 6; i++) {
        enqueue(cluster, QueueRef.of("found" + i));
        enqueue(sentinel, QueueRef.of("found" + i));
      }
    }
  }

  private static void enqueue(RedisEngine engine, QueueRef queue) {
    List<EnqueueReply> replies = EngineCalls.enqueue(engine, queue, EngineCalls.job());
    assertThat(replies.get(0).verdict()).isEqualTo(Verdict.CREATED);
  }

  @Test
  void an_engine_with_the_resources_of_a_lettuce_client_leaves_it_open() {
    RedisClient client = RedisClient.create(RedisURI.create(SENTINELS.servers().get(0).uri()));
    RedisClusterClient clusterClient =
        RedisClusterClient.create(RedisURI.create(CLUSTER.nodes().get(0).uri()));
    try {
      for (String uri : List.of(SENTINELS.uri(), SENTINELS.servers().get(0).uri())) {
        RedisEngine engine = RedisEngine.connect(client, RedisOptions.builder(uri).build());
        enqueue(engine, QueueRef.of("lent"));
        engine.close();
      }
      RedisEngine engine =
          RedisEngine.connect(clusterClient, RedisOptions.builder(CLUSTER.uri()).build());
      enqueue(engine, QueueRef.of("lent"));
      engine.close();

      assertThat(client.connect().sync().ping()).isEqualTo("PONG");
      assertThat(clusterClient.connect().sync().ping()).isEqualTo("PONG");
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
      clusterClient.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  private static int primaryOf(QueueRef queue) {
    RedisProcess primary = CLUSTER.primaryOf("{" + queue.name() + "}");
    return CLUSTER.nodes().indexOf(primary);
  }

  @Test
  void bells_on_all_nodes_of_a_cluster_are_heard() {
    List<QueueRef> queues = IntStream.range(0, 6).mapToObj(i -> QueueRef.of("bell" + i)).toList();
    assertThat(queues.stream().map(TopologyIT::primaryOf).distinct().count()).isEqualTo(3);
    try (RedisEngine engine = connect(CLUSTER.uri());
        Bells bells = engine.openBells("w1")) {
      queues.forEach(queue -> enqueue(engine, queue));
      Set<QueueRef> heard = new HashSet<>();
      await()
          .atMost(SOON)
          .until(
              () -> {
                bells.await(Set.copyOf(queues), Duration.ofMillis(200)).ifPresent(heard::add);
                return heard.size() == queues.size();
              });
    }
  }

  @Test
  void a_token_of_a_queue_that_nobody_here_waits_for_any_more_is_rung_on() throws Exception {
    QueueRef left = QueueRef.of("left");
    QueueRef kept = QueueRef.of("kept");
    try (RedisEngine engine = connect(CLUSTER.uri());
        Bells bells = engine.openBells("w1");
        Bells others = engine.openBells("w2")) {
      // The ear at the queue goes on listening after this wait.
      CompletableFuture<Optional<QueueRef>> first =
          CompletableFuture.supplyAsync(() -> bells.await(Set.of(left), Duration.ofSeconds(5)));
      awaitBlocked(left, 1);
      bells.unblock();
      assertThat(first.get(10, TimeUnit.SECONDS)).isEmpty();
      CompletableFuture<Optional<QueueRef>> second =
          CompletableFuture.supplyAsync(() -> bells.await(Set.of(kept), Duration.ofSeconds(5)));
      awaitBlocked(kept, 1);

      enqueue(engine, left);
      assertThat(others.await(Set.of(left), Duration.ofSeconds(3))).contains(left);
      assertThat(second).isNotDone();
      bells.unblock();
      second.get(10, TimeUnit.SECONDS);
    }
  }

  private static void awaitBlocked(QueueRef queue, int clients) {
    try (RespClient node = CLUSTER.primaryOf("{" + queue.name() + "}").connect()) {
      await()
          .atMost(SOON)
          .until(
              () ->
                  Integer.parseInt(node.info("clients").getOrDefault("blocked_clients", "0"))
                      >= clients);
    }
  }

  // A slot that moves.

  private static String slotOf(String tag) {
    return Integer.toString(SlotHash.getSlot("{" + tag + "}"));
  }

  private static String idOf(RedisProcess node) {
    return ask(node, "CLUSTER", "MYID");
  }

  private static String ask(RedisProcess node, String... command) {
    try (RespClient client = node.connect()) {
      return client.text(command);
    }
  }

  /** One that has not got it. */
  private static RedisProcess other(RedisProcess than) {
    return CLUSTER.nodes().stream().filter(node -> node != than).findFirst().orElseThrow();
  }

  private static void beginMove(String slot, RedisProcess from, RedisProcess to) {
    ask(to, "CLUSTER", "SETSLOT", slot, "IMPORTING", idOf(from));
    ask(from, "CLUSTER", "SETSLOT", slot, "MIGRATING", idOf(to));
  }

  private static void moveKeys(String slot, RedisProcess from, RedisProcess to) {
    try (RespClient client = from.connect()) {
      for (String key :
          StoredQueue.strings(client.command("CLUSTER", "GETKEYSINSLOT", slot, "1000"))) {
        client.command("MIGRATE", "127.0.0.1", Integer.toString(to.port()), key, "0", "5000");
      }
    }
  }

  private static void endMove(String slot, RedisProcess from, RedisProcess to) {
    String id = idOf(to);
    ask(to, "CLUSTER", "SETSLOT", slot, "NODE", id);
    ask(from, "CLUSTER", "SETSLOT", slot, "NODE", id);
  }

  @Test
  void a_queue_whose_slot_moves_goes_on_where_it_is_then() throws Exception {
    QueueRef queue = QueueRef.of("moving");
    RedisProcess from = CLUSTER.primaryOf("{moving}");
    RedisProcess to = other(from);
    String slot = slotOf("moving");
    ConcurrentLinkedQueue<String> hints = new ConcurrentLinkedQueue<>();
    try (RedisEngine engine = connect(CLUSTER.uri());
        Bells bells = engine.openBells("w1");
        Subscription unused = engine.claiming().onCancel(queue, hints::add)) {
      enqueue(engine, queue);
      assertThat(bells.await(Set.of(queue), Duration.ofSeconds(5))).contains(queue);
      CompletableFuture<Optional<QueueRef>> waiting =
          CompletableFuture.supplyAsync(() -> bells.await(Set.of(queue), Duration.ofSeconds(10)));
      awaitBlocked(queue, 1);

      beginMove(slot, from, to);
      // Some keys are here and some never were: this call is told TRYAGAIN until the move is over.
      CompletableFuture<EnqueueReply> sent =
          EngineCalls.send(engine, queue, EngineCalls.job(), SOON);
      moveKeys(slot, from, to);
      endMove(slot, from, to);

      assertThat(EngineCalls.await(sent).verdict()).isEqualTo(Verdict.CREATED);
      Optional<QueueRef> rung = waiting.get(15, TimeUnit.SECONDS);
      if (rung.isEmpty()) {
        rung = bells.await(Set.of(queue), Duration.ofSeconds(5));
      }
      assertThat(rung).contains(queue);
      assertThat(EngineCalls.turn(engine, queue, "w1", 1, 5).claims()).hasSize(2);
      try (RespClient client = to.connect()) {
        StoredQueue.read(client, NAMESPACE, queue).verify();
      }
    }
  }

  @Test
  void a_lock_whose_slot_is_on_its_way_is_taken_where_it_goes_to() throws Exception {
    String slot = slotOf("lock:onitsway");
    RedisProcess from = CLUSTER.primaryOf("{lock:onitsway}");
    RedisProcess to = other(from);
    try (RedisEngine engine = connect(CLUSTER.uri())) {
      RedisLock lock = engine.lock("onitsway");
      beginMove(slot, from, to);
      HeldLock held = lock.tryLock().orElseThrow();
      assertThat(held.extendNow()).isTrue();
      try (RespClient client = to.connect()) {
        client.command("ASKING");
        assertThat(client.text("EXISTS", NAMESPACE + ":{lock:onitsway}")).isEqualTo("1");
      }
      endMove(slot, from, to);
      assertThat(held.unlock()).isTrue();
      assertThat(lock.tryLock()).isPresent();
    }
  }
}
