package dev.holdfast.redis;

import dev.holdfast.job.JobKeys;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.TurnReply;
import dev.holdfast.spi.Upkeep.ReapOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Short words for calls of an engine, in tests that are no contract. */
final class EngineCalls {
  static final long NO_BOUND = 10_000_000;
  static final Duration DEADLINE = Duration.ofSeconds(3);
  static final Duration LEASE = Duration.ofSeconds(30);

  private static final JobKeys KEYS = new JobKeys(InstantSource.system(), new SecureRandom());

  private EngineCalls() {}

  static NewJob job() {
    return job(NewJob.Start.NOW, "{}".getBytes(StandardCharsets.UTF_8));
  }

  static NewJob job(NewJob.Start start, byte[] envelope) {
    return new NewJob(KEYS.next(), "test.job", Priority.NORMAL, start, null, false, envelope);
  }

  static NewJob delayed(Duration delay) {
    return job(new NewJob.Start(delay, null), new byte[] {'{', '}'});
  }

  static NewJob retried(NewJob job) {
    return new NewJob(
        job.key(),
        job.type(),
        job.priority(),
        job.start(),
        job.idempotency(),
        true,
        job.envelope());
  }

  static CompletableFuture<EnqueueReply> send(
      Engine engine, QueueRef queue, NewJob job, Duration deadline) {
    return engine.intake().enqueue(queue, List.of(job), NO_BOUND, deadline).get(0);
  }

  /** Adds jobs; throws what the first that fails failed with. */
  static List<EnqueueReply> enqueue(Engine engine, QueueRef queue, NewJob... jobs) {
    return engine.intake().enqueue(queue, Arrays.asList(jobs), NO_BOUND, DEADLINE).stream()
        .map(EngineCalls::await)
        .toList();
  }

  /** Waits at most 20 s, and throws what the future failed with, unwrapped. */
  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
      throw new AssertionError("no answer", e);
    }
  }

  static TurnReply turn(
      Engine engine, QueueRef queue, String consumer, long number, int room, Settlement... done) {
    return engine
        .claiming()
        .turn(
            new Turn(
                queue,
                consumer,
                number,
                false,
                List.of(),
                Arrays.asList(done),
                room,
                true,
                LEASE,
                Duration.ofSeconds(4),
                Retention.STANDARD));
  }

  static Settlement succeeded(Held held) {
    return new Settlement(held, new Outcome.Succeeded(null));
  }

  static ReapOrder reapOrder(QueueRef queue) {
    return new ReapOrder(
        queue,
        Duration.ofSeconds(5),
        Duration.ZERO,
        Duration.ofSeconds(11),
        LEASE,
        3,
        Retention.STANDARD);
  }
}
