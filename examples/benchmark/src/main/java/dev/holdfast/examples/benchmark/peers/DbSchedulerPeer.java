package dev.holdfast.examples.benchmark.peers;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.serializer.JacksonSerializer;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * db-scheduler on PostgreSQL, with the polling strategy and the fractions that its documentation
 * names for a high throughput.
 *
 * <p>It promises what Holdfast does: a job that a dead process held runs again, after six missed
 * heartbeats, which by default are 30 minutes.
 */
final class DbSchedulerPeer implements Peer {
  private static final TaskDescriptor<Payload> TASK = TaskDescriptor.of("noop", Payload.class);
  private static final Duration POLLING = Duration.ofMillis(10);
  private static final double FETCH_BELOW = 1.0;
  private static final double FETCH_UP_TO = 4.0;

  /** The table of its documentation, without what serves priorities, which are off. */
  private static final String TABLE =
      """
      create table scheduled_tasks (
        task_name text not null,
        task_instance text not null,
        task_data bytea,
        execution_time timestamp with time zone,
        picked boolean not null,
        picked_by text,
        last_success timestamp with time zone,
        last_failure timestamp with time zone,
        consecutive_failures int,
        last_heartbeat timestamp with time zone,
        version bigint not null,
        priority smallint,
        state text,
        primary key (task_name, task_instance)
      );
      create index execution_time_idx on scheduled_tasks (execution_time);
      create index last_heartbeat_idx on scheduled_tasks (last_heartbeat);
      """;

  @Override
  public String name() {
    return "db-scheduler";
  }

  @Override
  public String version() {
    return Versions.of("db-scheduler");
  }

  @Override
  public String settings() {
    return "PostgreSQL "
        + Versions.of("PostgreSQL")
        + " without fsync, scheduleBatch, lock-and-fetch 1.0 to 4.0, poll 10 ms";
  }

  @Override
  public Optional<String> obstacle() {
    return Postgres.obstacle();
  }

  @Override
  public Session open(String redis) throws IOException, SQLException {
    Postgres postgres = Postgres.start();
    try (Connection connection = postgres.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
    } catch (SQLException e) {
      postgres.close();
      throw e;
    }
    return new Run(postgres);
  }

  private static final class Run implements Session {
    private final Postgres postgres;
    private @Nullable Scheduler scheduler;

    Run(Postgres postgres) {
      this.postgres = postgres;
    }

    private static OneTimeTask<Payload> task(IntConsumer handled) {
      return Tasks.oneTime(TASK).execute((job, context) -> handled.accept(job.getData().number()));
    }

    @Override
    public void enqueue(int jobs) {
      SchedulerClient client =
          SchedulerClient.Builder.create(postgres.dataSource(), task(number -> {}))
              .serializer(new JacksonSerializer())
              .build();
      Instant now = InstantSource.system().instant();
      Stream<TaskInstance<?>> instances =
          IntStream.range(0, jobs)
              .mapToObj(
                  number ->
                      TASK.instance(Integer.toString(number)).data(Payload.of(number)).build());
      client.scheduleBatch(instances, now);
    }

    @Override
    public void work(int slots, IntConsumer handled) {
      scheduler =
          Scheduler.create(postgres.dataSource(), task(handled))
              .threads(slots)
              .serializer(new JacksonSerializer())
              .pollUsingLockAndFetch(FETCH_BELOW, FETCH_UP_TO)
              .pollingInterval(POLLING)
              .build();
      scheduler.start();
    }

    @Override
    public void close() throws IOException {
      try (postgres) {
        if (scheduler != null) {
          scheduler.stop();
        }
      }
    }
  }
}
