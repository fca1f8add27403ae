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

/**
 * A list as a queue, without any guarantee: payloads are pushed, and moved to a second list that
 * nobody looks at. No id, no lease, no token, no ack, no retry, no status; what a consumer that
 * dies has moved is lost. It shows what Redis and Lettuce give on this machine, for the ratios.
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
      list.moveAll(jobs, deliveries);
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
      if (way == Way.PIPELINED) {
        list.moveAll(jobs, deliveries);
      } else {
        for (int i = 0; i < jobs; i++) {
          deliveries.handled(Noop.numberIn(list.moveOne()));
        }
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

  private void moveAll(int jobs, Deliveries deliveries) throws Exception {
    connection.setAutoFlushCommands(false);
    Deque<List<RedisFuture<byte[]>>> onTheWay = new ArrayDeque<>();
    for (int first = 0; first < jobs; first += BATCH) {
      List<RedisFuture<byte[]>> batch = new ArrayList<>(BATCH);
      for (int i = first; i < Math.min(jobs, first + BATCH); i++) {
        batch.add(connection.async().lmove(from, to, FIRST_TO_LAST));
      }
      connection.flushCommands();
      onTheWay.add(batch);
      if (onTheWay.size() == BATCHES) {
        count(answers(onTheWay.remove()), deliveries);
      }
    }
    for (List<RedisFuture<byte[]>> batch : onTheWay) {
      count(answers(batch), deliveries);
    }
    connection.setAutoFlushCommands(true);
  }

  private static void count(List<byte[]> payloads, Deliveries deliveries) {
    payloads.forEach(payload -> deliveries.handled(Noop.numberIn(payload)));
  }

  private byte[] moveOne() {
    return connection.sync().lmove(from, to, FIRST_TO_LAST);
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
