package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.batch.BatchOrder;
import dev.holdfast.batch.JobBatch;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.IdempotencyConflictException;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobType;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.json.BatchJson;
import dev.holdfast.json.EnvelopeJson;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.NewJob;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What enqueuing a batch asks of an engine, in which order, and what it refuses. */
class BatchesDoorTest {
  private static final String OTHER = "01J9ZQ4K7MX3V5T8B2N6C1D0EF";

  @JobType(value = "render", queue = "pages")
  record Render(int page) {}

  @JobType(value = "bind", queue = "books")
  record BindBook(String title) {}

  private final RecordedEngine recorded = new RecordedEngine();
  private final Holdfast holdfast = Holdfast.on(recorded.engine);

  @AfterEach
  void close() {
    holdfast.close();
  }

  private static JobBatch<Render> batch() {
    return JobBatch.of("books", List.of(new Render(1), new Render(2)));
  }

  @Test
  void the_batch_comes_first_then_its_jobs_then_the_word_that_it_is_sealed() {
    JobId id =
        holdfast
            .batches()
            .enqueue(
                batch()
                    .onSuccess(new BindBook("x"))
                    .onComplete(
                        JobRequest.of(new BindBook("y"), EnqueueOptions.in(Duration.ofMinutes(1))))
                    .keepOpen(Duration.ofDays(3)));

    assertThat(recorded.calls)
        .containsExactly("enqueue 1 to books", "enqueue 2 to pages", "deliver sealed in books");
    NewJob own = recorded.jobs.get(0);
    assertThat(own.key()).isEqualTo(id.key());
    assertThat(own.type()).isEqualTo("holdfast.batch");
    assertThat(own.idempotency()).isNull();
    BatchOrder order = BatchJson.decode(new EnvelopeJson().decode(own.envelope()).payload());
    assertThat(order.total()).isEqualTo(2);
    assertThat(order.keepOpen()).isEqualTo(Duration.ofDays(3));
    assertThat(order.failure()).isNull();
    assertThat(order.success().type()).isEqualTo("bind");
    assertThat(order.complete().delay()).isEqualTo(Duration.ofMinutes(1));
    ChildKeys keys = new ChildKeys(id);
    for (int i = 0; i < 2; i++) {
      NewJob job = recorded.jobs.get(1 + i);
      assertThat(job.key()).isEqualTo(keys.at(i));
      assertThat(job.type()).isEqualTo("render");
      assertThat(job.retry()).isTrue();
      assertThat(job.ties()).isEqualTo(new NewJob.Ties(List.of(), id.toString(), true));
    }
  }

  @Test
  void its_key_is_kept_for_seven_days_and_tells_its_number_of_jobs() {
    holdfast.batches().enqueue(batch().idempotencyKey("book:7"));
    assertThat(recorded.jobs.get(0).idempotency())
        .isEqualTo(
            new NewJob.Idempotency("batch:book:7", Duration.ofDays(7), "0000000000000002", true));
    recorded.answer =
        job -> CompletableFuture.completedFuture(new EnqueueReply(Verdict.CONFLICT, OTHER));
    assertThatExceptionOfType(IdempotencyConflictException.class)
        .isThrownBy(() -> holdfast.batches().enqueue(batch().idempotencyKey("book:7")));
  }

  @Test
  void a_job_with_a_key_of_its_own_is_refused_before_anything_is_sent() {
    EnqueueOptions plain = EnqueueOptions.defaults();
    for (EnqueueOptions each :
        List.of(
            plain.idempotencyKey("k"),
            plain.unique(Uniqueness.untilStarted("k")),
            EnqueueOptions.retryOf(new JobId("pages", 0, OTHER)))) {
      JobBatch<Object> refused =
          JobBatch.of("books", List.of(new Render(1), JobRequest.of(new Render(2), each)));
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> holdfast.batches().enqueue(refused))
          .withMessageContaining("element 1");
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(
              () ->
                  holdfast.batches().enqueue(batch().onFailure(JobRequest.of(new Render(2), each))))
          .withMessageContaining("onFailure");
    }
    assertThatExceptionOfType(InvalidJobException.class)
        .isThrownBy(() -> holdfast.batches().enqueue(batch().onSuccess("no job")));
    assertThat(recorded.calls).isEmpty();
  }

  @Test
  void more_than_50_000_jobs_are_refused() {
    assertThatExceptionOfType(InvalidJobException.class)
        .isThrownBy(() -> JobBatch.of("q", Collections.nCopies(50_001, new Render(1))));
    assertThat(JobBatch.of("q", Collections.nCopies(50_000, new Render(1))).jobs()).hasSize(50_000);
  }

  @Test
  void a_full_queue_or_an_engine_that_is_away_leaves_it_unsealed_and_says_so() {
    recorded.answer =
        job ->
            CompletableFuture.completedFuture(
                new EnqueueReply(
                    job.type().equals("render") ? Verdict.FULL : Verdict.CREATED, null));
    assertThatExceptionOfType(QueueFullException.class)
        .isThrownBy(() -> holdfast.batches().enqueue(batch()))
        .withMessageContaining("is not complete");
    recorded.answer =
        job ->
            job.type().equals("render")
                ? CompletableFuture.failedFuture(new EngineUnavailableException("away"))
                : CompletableFuture.completedFuture(new EnqueueReply(Verdict.CREATED, null));
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> holdfast.batches().enqueue(batch()))
        .withMessageContaining("is not complete");
    assertThat(recorded.calls).noneMatch(call -> call.startsWith("deliver"));
  }
}
