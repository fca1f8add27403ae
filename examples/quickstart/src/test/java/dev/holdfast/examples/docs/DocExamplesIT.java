package dev.holdfast.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobId;
import dev.holdfast.testkit.redis.RedisServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Runs the README's three steps on a real Redis. */
class DocExamplesIT {
  @Test
  void the_first_job_of_the_readme_reaches_its_handler() {
    CompletableFuture<String> sent = new CompletableFuture<>();
    DocExamples.Mailer mailer = (user, locale, key) -> sent.complete(user + locale + key);

    CompletableFuture<JobId> enqueued = new CompletableFuture<>();

    DocExamples.firstJob(
        RedisServer.shared().uri(),
        mailer,
        id -> {
          enqueued.complete(id);
          sent.orTimeout(20, TimeUnit.SECONDS).join();
        });

    assertThat(sent).isCompletedWithValue("7fr" + enqueued.join());
  }
}
