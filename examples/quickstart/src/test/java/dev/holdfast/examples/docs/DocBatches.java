package dev.holdfast.examples.docs;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.BatchHandler;
import dev.holdfast.job.BatchItem;
import dev.holdfast.job.ClaimedJob;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobType;
import dev.holdfast.worker.BatchInterceptor;
import dev.holdfast.worker.BatchOptions;
import dev.holdfast.worker.HandlerOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The code that {@code docs/batch-handlers.md} shows; {@code DocsTest} compares. */
final class DocBatches {
  private DocBatches() {}

  // tag::payload[]
  @JobType(value = "search.index", queue = "search")
  public record IndexProduct(long productId) {}

  // end::payload[]

  /** A search service. */
  interface SearchService {
    /** What became of each, in the order of the ids. */
    List<Answer> index(List<Long> productIds) throws IOException;

    /** What became of one. */
    record Answer(int status, String error) {}
  }

  // tag::handler[]
  public static final class IndexProducts implements BatchHandler<IndexProduct> {
    private final SearchService search;

    public IndexProducts(SearchService search) {
      this.search = search;
    }

    @Override
    public void handle(List<BatchItem<IndexProduct>> batch) throws IOException {
      var ids = batch.stream().map(item -> item.payload().productId()).toList();
      var answers = search.index(ids); // throws: all of them have failed
      for (int i = 0; i < batch.size(); i++) {
        var answer = answers.get(i);
        switch (answer.status()) {
          case 200 -> {} // succeeded, as the call returns
          case 404 -> batch.get(i).discard("the product is gone");
          case 429 -> batch.get(i).snooze(Duration.ofSeconds(30));
          default -> batch.get(i).fail(new IOException(answer.error()));
        }
      }
    }
  }

  // end::handler[]

  static Worker start(Holdfast holdfast, SearchService search) {
    return
    // tag::worker[]
    Worker.on(holdfast)
        .batchHandler(new IndexProducts(search), BatchOptions.of(100, Duration.ofMillis(200)))
        .queue("search", 200)
        .start();
    // end::worker[]
  }

  static void lambda(Holdfast holdfast, SearchService search) {
    // tag::lambda[]
    HandlerOptions options =
        HandlerOptions.builder().timeout(Duration.ofSeconds(30)).concurrency(2).build();
    Worker.on(holdfast)
        .batchHandler(
            IndexProduct.class,
            BatchOptions.of(100, Duration.ofMillis(200)),
            options,
            batch -> search.index(batch.stream().map(item -> item.payload().productId()).toList()))
        .queue("search", 200)
        .start();
    // end::lambda[]
  }

  /** Where spans are opened. */
  interface Tracer {
    /** Opens one. */
    AutoCloseable span(String name);
  }

  // tag::interceptor[]
  static final class Tracing implements BatchInterceptor {
    private final Tracer tracer;

    Tracing(Tracer tracer) {
      this.tracer = tracer;
    }

    @Override
    public void around(JobContext context, Chain attempt) throws Exception {
      try (AutoCloseable span = tracer.span(context.type())) {
        attempt.proceed();
      }
    }

    @Override
    public void aroundBatch(List<? extends ClaimedJob> batch, Chain call) throws Exception {
      try (AutoCloseable span = tracer.span(batch.get(0).type() + " x " + batch.size())) {
        call.proceed();
      }
    }
  }
  // end::interceptor[]
}
