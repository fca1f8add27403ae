package dev.holdfast.worker;

import dev.holdfast.event.Awaited;
import dev.holdfast.event.Awaits;
import dev.holdfast.event.EventTypes;
import dev.holdfast.flow.Mail;
import dev.holdfast.flow.Outlet;
import dev.holdfast.flow.RunHost;
import dev.holdfast.job.Failure;
import dev.holdfast.job.JobId;
import dev.holdfast.json.AttemptJson;
import dev.holdfast.json.EventJson;
import dev.holdfast.json.MailJson;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Codec;
import dev.holdfast.spi.Runs;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a run needs of its worker, for one attempt. Safe for use by many threads. */
final class FlowHost implements RunHost {
  private final AttemptContext context;
  private final ActiveJob job;
  private final WorkerPlan plan;
  private final HandlerThreads threads;

  /** Subjects of events that end the run. */
  private final Set<String> cancelling;

  FlowHost(
      AttemptContext context, RegisteredHandler handler, WorkerPlan plan, HandlerThreads threads) {
    this.context = context;
    this.job = context.job();
    this.plan = plan;
    this.threads = threads;
    this.cancelling = cancelling(PayloadClass.raw(handler.payload()));
  }

  private Set<String> cancelling(@Nullable Class<?> payload) {
    Set<String> subjects = new HashSet<>();
    if (payload != null) {
      for (Awaits each : payload.getAnnotationsByType(Awaits.class)) {
        if (each.cancels()) {
          Awaited awaited = new Awaited(EventTypes.typeOf(each.value()), each.key());
          String key = EventJson.key(awaited, context.envelope().payload());
          if (key != null) {
            subjects.add(EventTypes.subject(awaited.type(), key));
          }
        }
      }
    }
    return subjects;
  }

  @Override
  public JobId id() {
    return job.id();
  }

  @Override
  public int attempt() {
    return context.attempt();
  }

  @Override
  public Instant enqueuedAt() {
    return context.enqueuedAt();
  }

  @Override
  public Map<String, String> headers() {
    return context.headers();
  }

  @Override
  public Outlet.Carried carried() {
    return new Outlet.Carried(context.envelope().correlationId(), context.envelope().traceparent());
  }

  @Override
  public CompletableFuture<Runs.AppendReply> append(Append append) {
    long sentAt = System.nanoTime();
    return plan.engine()
        .runs()
        .append(job.consumer().queue().ref(), job.held(), plan.options().lease(), append)
        .thenApply(
            reply -> {
              if (reply.standing()) {
                job.extended(sentAt);
              }
              return reply;
            });
  }

  @Override
  public void leaseGone() {
    job.consumer().leaseLost(job);
  }

  @Override
  public boolean leaseLost() {
    return job.leaseLost();
  }

  @Override
  public boolean cancelRequested() {
    return job.cancelRequested();
  }

  @Override
  public boolean drained() {
    return job.drained();
  }

  @Override
  public boolean timedOut() {
    return job.timedOut();
  }

  @Override
  public Codec codec() {
    return plan.codec();
  }

  @Override
  public Mail mail(byte[] bytes) {
    return MailJson.decode(bytes);
  }

  @Override
  public Failure failure(byte[] attempt) {
    return AttemptJson.decode(attempt).failure();
  }

  @Override
  public boolean cancelsByEvents() {
    return !cancelling.isEmpty();
  }

  @Override
  public boolean cancelledBy(Mail.EventCame event) {
    return cancelling.contains(EventTypes.subject(event.type(), event.key()));
  }

  @Override
  public Outlet outlet() {
    return plan.outlet();
  }

  @Override
  public InstantSource clock() {
    return plan.clock();
  }

  @Override
  public RandomGenerator random() {
    return ThreadRandom.INSTANCE;
  }

  @Override
  public void execute(Runnable branch, Consumer<Throwable> refused) {
    threads.execute(branch, refused);
  }

  @Override
  public void progress(double fraction, @Nullable String note) {
    context.progress(fraction, note == null ? "" : note);
  }

  @Override
  public void log(String line) {
    context.log(line);
  }
}
