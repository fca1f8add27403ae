package dev.holdfast.examples.trialexpiration;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.worker.WorkerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/** The worker, in a JVM of its own. Its {@link #main} is what runs there. */
final class TrialWorker {
  private static final int SLOTS = 8;
  private static final String REDIS_URL = "TRIAL_EXPIRATION_REDIS_URL";
  private static final String POSTGRES_URL = "TRIAL_EXPIRATION_POSTGRES_URL";

  private TrialWorker() {}

  /**
   * Short leases, so that what a killed worker held is taken back within seconds; the defaults bear
   * an outage of Redis of 20 s, these do not. And with {@code --crash} one run may lose many
   * workers in a row, as no run should outside of it.
   */
  private static WorkerOptions options(String name) {
    return WorkerOptions.builder()
        .name(name)
        .lease(Duration.ofSeconds(4))
        .extendPeriod(Duration.ofSeconds(1))
        .reapPeriod(Duration.ofMillis(400))
        .reapJitter(Duration.ofMillis(100))
        .blockTime(Duration.ofMillis(500))
        .maxCrashes(100)
        .build();
  }

  /** Works once it is nudged, until its starter closes the standard input, or is gone. */
  public static void main(String[] args) throws IOException {
    String name = args[0];
    String namespace = args[1];
    Days days = new Days(Duration.parse(args[2]));
    Mailer mail = new Mailer(Integer.parseInt(args[3]));
    boolean crash = Boolean.parseBoolean(args[4]);
    try (Database database = Database.open(secret(POSTGRES_URL), namespace, SLOTS);
        Holdfast holdfast = TrialExpiration.connect(secret(REDIS_URL), namespace)) {
      FlowHandler<TrialStarted, String> flow = new TrialFlow(days, new Accounts(database), mail);
      if (crash) {
        flow = new KillableFlow(flow, new KillSwitch(new KillList(database), name));
      }
      if (!ChildJvm.awaitNudge()) {
        return;
      }
      try (Worker worker =
          Worker.on(holdfast)
              .flow(TrialStarted.class, flow)
              .queue(TrialStarted.QUEUE, SLOTS)
              .options(options(name))
              .start()) {
        ChildJvm.serve();
      }
    }
  }

  private static String secret(String name) {
    return Objects.requireNonNull(System.getenv(name), name);
  }

  /**
   * Starts a JVM with one.
   *
   * @param name of the worker
   */
  static ChildJvm start(String name, Site site) throws IOException {
    return ChildJvm.start(
        name,
        TrialWorker.class,
        site.directory(),
        Map.of(REDIS_URL, site.redis(), POSTGRES_URL, site.postgres()),
        name,
        site.namespace(),
        site.days().one().toString(),
        String.valueOf(site.smtpPort()),
        String.valueOf(site.crash()));
  }

  /**
   * Where everything is.
   *
   * @param redis the URL of Redis
   * @param postgres the JDBC URL of PostgreSQL
   * @param smtpPort where the mail server listens
   * @param namespace what the keys of this run begin with, and what its schema is named for
   * @param days how long a day is
   * @param crash whether workers are killed
   * @param directory where the logs go
   */
  record Site(
      String redis,
      String postgres,
      int smtpPort,
      String namespace,
      Days days,
      boolean crash,
      Path directory) {}
}
