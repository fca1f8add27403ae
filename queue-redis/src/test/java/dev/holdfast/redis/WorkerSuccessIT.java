package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Worker;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.ResultHandler;
import dev.holdfast.job.StateReason;
import dev.holdfast.worker.AttemptInterceptor;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** What a worker makes of a job that succeeds. */
class WorkerSuccessIT extends WorkerFixture {
  record Total(int value) {}

  @Test
  void a_job_travels_from_enqueue_to_its_handler_and_back() {
    ConcurrentLinkedQueue<Mail> seen = new ConcurrentLinkedQueue<>();
    on((mail, context) -> seen.add(mail));
    JobId id = enqueue(7);
    JobStatus status = awaitState(id, JobState.SUCCEEDED);
    assertThat(seen).containsExactly(new Mail(7));
    assertThat(status.reason()).isEqualTo(StateReason.COMPLETED);
    assertThat(status.type()).isEqualTo("mail.welcome");
    assertThat(status.phase()).isEqualTo(JobState.Phase.SUCCEEDED);
    assertThat(status.counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
  }

  @Test
  void a_result_is_read_by_id() {
    ResultHandler<Sum, Total> handler = (sum, context) -> new Total(sum.a() + sum.b());
    start(Worker.on(holdfast).resultHandler(Sum.class, handler).queue("mail", 1));
    JobId id = holdfast.enqueue(new Sum(2, 3)).id();
    awaitState(id, JobState.SUCCEEDED);
    assertThat(holdfast.result(id, Total.class)).contains(new Total(5));
  }

  @Test
  void the_context_tells_the_job_and_the_mdc_too() {
    AtomicReference<JobContext> context = new AtomicReference<>();
    AtomicReference<Map<String, String>> mdc = new AtomicReference<>();
    on(
        (mail, c) -> {
          context.set(c);
          mdc.set(MDC.getCopyOfContextMap());
        });
    JobId id =
        holdfast
            .enqueue(
                new Mail(1),
                EnqueueOptions.defaults()
                    .correlationId("request-9")
                    .traceparent("00-a-b-01")
                    .header("tenant", "a"))
            .id();
    awaitState(id, JobState.SUCCEEDED);
    assertThat(context.get().id()).isEqualTo(id);
    assertThat(context.get().type()).isEqualTo("mail.welcome");
    assertThat(context.get().attempt()).isEqualTo(1);
    assertThat(context.get().correlationId()).contains("request-9");
    assertThat(context.get().traceparent()).contains("00-a-b-01");
    assertThat(context.get().headers()).containsEntry("tenant", "a");
    assertThat(context.get().fencingToken()).isPositive();
    assertThat(mdc.get())
        .containsEntry("jobId", id.toString())
        .containsEntry("type", "mail.welcome")
        .containsEntry("attempt", "1")
        .containsEntry("queue", "mail")
        .containsEntry("correlationId", "request-9");
  }

  @Test
  void a_job_enqueued_by_a_handler_carries_its_correlation_id() {
    AtomicReference<String> correlation = new AtomicReference<>();
    start(
        Worker.on(holdfast)
            .handler(Mail.class, (mail, context) -> holdfast.enqueue(new Sum(1, 2)))
            .handler(
                Sum.class, (sum, context) -> correlation.set(context.correlationId().orElse("")))
            .queue("mail", 2));
    holdfast.enqueue(new Mail(1), EnqueueOptions.defaults().correlationId("from-the-request"));
    await().atMost(SOON).until(() -> "from-the-request".equals(correlation.get()));
  }

  @Test
  void interceptors_wrap_an_attempt_in_the_order_given() {
    ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
    AttemptInterceptor outer =
        (context, attempt) -> {
          order.add("outer");
          attempt.proceed();
          order.add("outer end");
        };
    AttemptInterceptor inner =
        (context, attempt) -> {
          order.add("inner");
          attempt.proceed();
        };
    start(
        Worker.on(holdfast)
            .handler(Mail.class, (mail, context) -> order.add("handler"))
            .interceptor(outer)
            .interceptor(inner)
            .queue("mail", 1));
    awaitState(enqueue(1), JobState.SUCCEEDED);
    assertThat(order).containsExactly("outer", "inner", "handler", "outer end");
  }
}
