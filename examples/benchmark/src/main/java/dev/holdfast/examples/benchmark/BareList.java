package dev.holdfast.examples.benchmark;

import io.lettuce.core.LMoveArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A list as a queue, without any guarantee: payloads are pushed, moved to a second list, and
 * removed from there when they are handled. No id, no lease, no token, no retry, no status; nobody
 * looks for what a consumer that died has moved. It shows what Redis and Lettuce give on this
 * machine, for the ratios.
 */
final class BareList implements AutoCloseable {
  /** Commands that are flushed together. */
  static final int BATCH = 100;

  /** Batches on their way at once: one is answered while the next is written. */
  private static final int BATCHES = 4;

  private static final LMoveArgs FIRST_TO_LAST = LMoveArgs.Builder.leftRight();

  private final RedisClient client;
  private final StatefulRedisConnection<byte[], byte[]> connection;
  private final byte[] from;
  private final byte[] to;

  /** How commands get to Redis. */
  enum Way {
    /** Batches of 100 commands, four batches on their way at once, one connection. */
    PIPELINED,
    /** As pipelined, but what was moved is never removed. */
    MOVES_ONLY,
    /** One command on its way at a time, one connection. */
    ONE_BY_ONE
  }

  BareList(Rig rig) {
    client = RedisClient.create(rig.url());
    connection = client.connect(ByteArrayCodec.INSTANCE);
    from = (rig.namespace() + ":bare").getBytes(StandardCharsets.US_ASCII);
    to = (rig.namespace() + ":moved").getBytes(StandardCharsets.US_ASCII);
  }

  /** A row that pushes. */
  static Row pushing(Bench bench, String name, Role role, Way way) {
    return new Row(name, role, 0, jobs -> push(bench, jobs, way));
  }

  /** The row that every drain is compared with. */
  static Row limit(Bench bench) {
    return moving(bench, "list: LMOVE and LREM, pipelined", Role.PIPELINED, Way.PIPELINED);
  }

  /** A row that moves what was pushed before. */
  static Row moving(Bench bench, String name, Role role, Way way) {
    return new Row(name, role, 0, jobs -> move(bench, jobs, way));
  }

  private static Sample push(Bench bench, int jobs, Way way) throws Exception {
    try (Rig rig = bench.rig();
        BareList list = new BareList(rig)) {
      List<byte[]> payloads = payloads(jobs);
      Deliveries deliveries = new Deliveries(jobs);
      Measuring measuring = Measuring.start(rig);
      if (way == Way.PIPELINED) {
        list.pushAll(payloads);
      } else {
        payloads.forEach(list::pushOne);
      }
      Sample sample = sent(measuring.end(jobs));
      list.moveAll(jobs, deliveries, false);
      deliveries.requireExact();
      return sample;
    }
  }

  private static Sample move(Bench bench, int jobs, Way way) throws Exception {
    try (Rig rig = bench.rig();
        BareList list = new BareList(rig)) {
      list.pushAll(payloads(jobs));
      Deliveries deliveries = new Deliveries(jobs);
      Measuring measuring = Measuring.start(rig);
      if (way == Way.ONE_BY_ONE) {
        for (int i = 0; i < jobs; i++) {
          list.moveAndRemoveOne(deliveries);
        }
      } else {
        list.moveAll(jobs, deliveries, way == Way.PIPELINED);
      }
      Sample sample = sent(measuring.end(jobs));
      deliveries.requireExact();
      return sample;
    }
  }

  /** No script runs: what Redis executed came from the client. */
  static Sample sent(Sample sample) {
    return sample.with(Figure.SENT, sample.get(Figure.COMMANDS).orElse(0));
  }

  /** The payloads of the numbers 0 to jobs - 1. */
  private static List<byte[]> payloads(int jobs) {
    List<byte[]> payloads = new ArrayList<>(jobs);
    for (int number = 0; number < jobs; number++) {
      payloads.add(Noop.json(number));
    }
    return payloads;
  }

  private void pushAll(List<byte[]> payloads) throws Exception {
    connection.setAutoFlushCommands(false);
    Deque<List<RedisFuture<Long>>> onTheWay = new ArrayDeque<>();
    for (int first = 0; first < payloads.size(); first += BATCH) {
      List<RedisFuture<Long>> batch = new ArrayList<>(BATCH);
      for (byte[] payload : payloads.subList(first, Math.min(payloads.size(), first + BATCH))) {
        batch.add(connection.async().rpush(from, payload));
      }
      connection.flushCommands();
      onTheWay.add(batch);
      if (onTheWay.size() == BATCHES) {
        answers(onTheWay.remove());
      }
    }
    for (List<RedisFuture<Long>> batch : onTheWay) {
      answers(batch);
    }
    connection.setAutoFlushCommands(true);
  }

  void pushOne(byte[] payload) {
    connection.sync().rpush(from, payload);
  }

  private void moveAll(int jobs, Deliveries deliveries, boolean removing) throws Exception {
    connection.setAutoFlushCommands(false);
    Deque<List<RedisFuture<byte[]>>> onTheWay = new ArrayDeque<>();
    List<RedisFuture<Long>> removals = new ArrayList<>();
    for (int first = 0; first < jobs; first += BATCH) {
      List<RedisFuture<byte[]>> batch = new ArrayList<>(BATCH);
      for (int i = first; i < Math.min(jobs, first + BATCH); i++) {
        batch.add(connection.async().lmove(from, to, FIRST_TO_LAST));
      }
      connection.flushCommands();
      onTheWay.add(batch);
      if (onTheWay.size() == BATCHES) {
        handle(answers(onTheWay.remove()), deliveries, removing ? removals : null);
      }
    }
    for (List<RedisFuture<byte[]>> batch : onTheWay) {
      handle(answers(batch), deliveries, removing ? removals : null);
    }
    connection.flushCommands();
    for (long removed : answers(removals)) {
      requireOne(removed);
    }
    connection.setAutoFlushCommands(true);
  }

  /** Handles what was moved; its removals go with the next batch that is flushed. */
  private void handle(
      List<byte[]> payloads, Deliveries deliveries, @Nullable List<RedisFuture<Long>> removals) {
    for (byte[] payload : payloads) {
      deliveries.handled(Noop.numberIn(payload));
      if (removals != null) {
        removals.add(connection.async().lrem(to, 1, payload));
      }
    }
  }

  private void moveAndRemoveOne(Deliveries deliveries) {
    byte[] payload = connection.sync().lmove(from, to, FIRST_TO_LAST);
    deliveries.handled(Noop.numberIn(payload));
    requireOne(connection.sync().lrem(to, 1, payload));
  }

  private static void requireOne(long removed) {
    if (removed != 1) {
      throw new BrokenDeliveryException("LREM removed " + removed + " payloads instead of one");
    }
  }

  /** The next payload; waits for one, a second at most. */
  byte[] moveNext() {
    return connection.sync().blmove(from, to, FIRST_TO_LAST, 1.0);
  }

  private static <T> List<T> answers(List<RedisFuture<T>> batch) throws Exception {
    List<T> answers = new ArrayList<>(batch.size());
    for (RedisFuture<T> answer : batch) {
      answers.add(answer.get(Backlog.PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }
    return answers;
  }

  @Override
  public void close() {
    connection.close();
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
  }
}
