package dev.holdfast.examples.benchmark.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.sql.common.SqlStorageProviderFactory;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jobrunr.utils.mapper.jackson.JacksonJsonMapper;
import org.jspecify.annotations.Nullable;

/**
 * JobRunr on PostgreSQL; the releases that are measured have no store on Redis any more.
 *
 * <p>It promises what Holdfast does: a job that a dead server held runs again, after four missed
 * polls by default. It keeps every succeeded job with its history for 36 hours, as Holdfast keeps
 * its status.
 */
final class JobRunrPeer implements Peer {
  /** The least that it takes for a store on SQL. */
  private static final Duration POLLING = Duration.ofSeconds(5);

  /**
   * A job.
   *
   * @param number which one of its run it is
   * @param filler makes its JSON 100 bytes
   */
  public record NoopRequest(int number, String filler) implements JobRequest {
    static NoopRequest of(int number) {
      return new NoopRequest(number, Payload.filler(number));
    }

    @Override
    public Class<NoopHandler> getJobRequestHandler() {
      return NoopHandler.class;
    }
  }

  /** Its handler; public, as JobRunr calls it by reflection. */
  public static final class NoopHandler implements JobRequestHandler<NoopRequest> {
    private final IntConsumer handled;

    NoopHandler(IntConsumer handled) {
      this.handled = handled;
    }

    @Override
    public void run(NoopRequest request) {
      handled.accept(request.number());
    }
  }

  @Override
  public String name() {
    return "JobRunr";
  }

  @Override
  public String version() {
    return Versions.of("JobRunr");
  }

  @Override
  public String settings() {
    return "PostgreSQL "
        + Versions.of("PostgreSQL")
        + " without fsync, enqueue(Stream), poll "
        + POLLING.toSeconds()
        + " s, its least";
  }

  @Override
  public Optional<String> obstacle() {
    return Postgres.obstacle();
  }

  @Override
  public Session open(String redis) throws IOException {
    Postgres postgres = Postgres.start();
    try {
      return new Run(postgres);
    } catch (RuntimeException e) {
      postgres.close();
      throw e;
    }
  }

  private static final class Run implements Session {
    private final Postgres postgres;
    private final JsonMapper json = new JacksonJsonMapper();
    private final StorageProvider store;
    private @Nullable BackgroundJobServer server;

    Run(Postgres postgres) {
      this.postgres = postgres;
      this.store = SqlStorageProviderFactory.using(postgres.dataSource());
      store.setJobMapper(new JobMapper(json));
    }

    @Override
    public void enqueue(int jobs) {
      new JobRequestScheduler(store).enqueue(IntStream.range(0, jobs).mapToObj(NoopRequest::of));
    }

    @Override
    public void work(int slots, IntConsumer handled) {
      NoopHandler handler = new NoopHandler(handled);
      JobActivator activator =
          new JobActivator() {
            @Override
            public <T> T activateJob(Class<T> type) {
              return type.cast(handler);
            }
          };
      server =
          new BackgroundJobServer(
              store,
              json,
              activator,
              BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                  .andWorkerCount(slots)
                  .andPollInterval(POLLING));
      server.start();
    }

    @Override
    public void close() throws IOException {
      try (postgres;
          store) {
        if (server != null) {
          server.stop();
        }
      }
    }
  }
}
