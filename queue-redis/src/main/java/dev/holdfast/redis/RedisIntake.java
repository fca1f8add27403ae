package dev.holdfast.redis;

import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.Intake;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;

/** Where jobs are added: one {@link Producer} a queue. */
final class RedisIntake implements Intake {
  private final Shared shared;
  private final String name;
  private final ScheduledExecutorService timer;
  private final Map<QueueRef, Producer> producers = new ConcurrentHashMap<>();
  // Set before close() looks for producers, read after one is made: one of the two closes it.
  private volatile boolean closed;

  RedisIntake(Shared shared, String name, ScheduledExecutorService timer) {
    this.shared = shared;
    this.name = name;
    this.timer = timer;
  }

  @Override
  public List<CompletableFuture<EnqueueReply>> enqueue(
      QueueRef queue, List<NewJob> jobs, long bound, Duration deadline) {
    Producer producer = producers.get(queue);
    if (producer == null) {
      producer = producers.computeIfAbsent(queue, q -> new Producer(shared, q, name, timer));
    }
    if (closed) {
      // Made after close() looked for producers: nobody else would close it.
      producer.close();
    }
    return producer.enqueue(jobs, bound, deadline);
  }

  void close() {
    closed = true;
    producers.values().forEach(Producer::close);
  }
}
