package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.EngineRefusedException.Problem;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.testkit.redis.RespClient;
import dev.holdfast.worker.WorkerHealth.Status;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of users, passwords and permissions, wrong from the start or taken away at run time. */
@Isolated("measures recovery")
class AccessFaultIT extends FaultRig {
  private static final String SECRET = "right-pa55";
  private static final String ROTATED = "rotated-pa55";

  private RespClient operator;
  private Worker worker;
  private Holdfast app;

  /** A worker in this process, logged in as a user of its own. */
  private void startAs(String user) {
    operator = closing(redis.connect());
    operator.command("ACL", "SETUSER", user, "on", ">" + SECRET, "~*", "&*", "+@all");
    String uri = "redis://" + user + ":" + SECRET + "@127.0.0.1:" + redis.port();
    app = connect(uri);
    worker =
        closing(
            Worker.on(app)
                .handler(Work.class, (work, context) -> {})
                .queue("work", 2)
                .options(WorkerMain.shortLeases().build())
                .start());
    JobId first = enqueue(1, "ok");
    awaitState(first, JobState.SUCCEEDED);
  }

  /** How often logins or commands were denied, by what Redis writes down itself. */
  private long denials() {
    List<?> entries = (List<?>) Objects.requireNonNull(operator.command("ACL", "LOG", "100"));
    return entries.stream().mapToLong(entry -> (Long) ((List<?>) entry).get(1)).sum();
  }

  private void awaitAlarm(String word) {
    await("the worker reports " + word)
        .atMost(LONG)
        .until(
            () ->
                worker.health().status() == Status.DOWN
                    && worker.health().reasons().stream().anyMatch(r -> r.contains(word)));
    assertThat(String.join(" ", worker.health().reasons())).doesNotContain(SECRET, ROTATED);
  }

  /** Denials while the user stays locked out for three seconds. */
  private long denialsInThreeSeconds() {
    operator.command("ACL", "LOG", "RESET");
    long start = System.nanoTime();
    await().atMost(LONG).until(() -> System.nanoTime() - start > 3_000_000_000L);
    return denials();
  }

  @Fault(
      row = 54,
      what = "wrong password, unknown user, missing command, missing keys, at the start",
      must = "refused within T; host and reason named, never the secret")
  void a_wrong_login_is_refused_at_the_start(Observed observed) {
    operator = closing(redis.connect());
    operator.command("ACL", "SETUSER", "app", "on", ">" + SECRET, "~*", "&*", "+@all");
    operator.command(
        "ACL", "SETUSER", "poor", "on", ">" + SECRET, "~*", "&*", "+@all", "-info", "-time");
    for (String login : List.of("app:wrong-" + SECRET, "nobody:" + SECRET, "poor:" + SECRET)) {
      String uri = "redis://" + login + "@127.0.0.1:" + redis.port();
      long start = System.nanoTime();
      assertThatExceptionOfType(EngineRefusedException.class)
          .isThrownBy(() -> RedisEngine.connect(WorkerMain.options(uri, NAMESPACE)))
          .satisfies(e -> assertThat(e.problem()).isEqualTo(Problem.ACCESS_DENIED))
          .satisfies(e -> assertThat(e.getMessage()).contains("127.0.0.1:" + redis.port()))
          .satisfies(e -> assertThat(e.toString()).doesNotContain(SECRET));
      observed.took(Duration.ofNanos(System.nanoTime() - start), COMMAND, "refusal of " + login);
    }
  }

  @Fault(
      row = 54,
      what = "password changed and connections killed at run time, later changed back",
      must = "alarm without the secret, slow retries, goes on by itself when mended")
  void a_rotated_password_alarms_and_heals(Observed observed) {
    startAs("app");
    operator.command("ACL", "SETUSER", "app", "resetpass", ">" + ROTATED);
    operator.command("CLIENT", "KILL", "USER", "app");
    JobId waiting = enqueue(2, "ok");
    await("the worker is down").atMost(LONG).until(() -> worker.health().status() == Status.DOWN);
    assertThat(String.join(" ", worker.health().reasons())).doesNotContain(SECRET, ROTATED);
    long denied = denialsInThreeSeconds();
    // Four connections, each again after 125 to 250 ms once it has backed off.
    assertThat(denied).isBetween(1L, 4L * 3_000 / 125);

    operator.command("ACL", "SETUSER", "app", "resetpass", ">" + SECRET);
    observed.recoversWithin(
        RECONNECT.plus(BLOCK).plusSeconds(1),
        "the job runs",
        () -> is(waiting, JobState.SUCCEEDED));
    await().atMost(LONG).until(() -> worker.health().status() == Status.UP);
    observed.figure(denied + " logins denied in 3 s");
  }

  @Fault(
      row = 54,
      what = "EVALSHA and EVAL, then the keys, forbidden to the user at run time",
      must = "alarm that names the permission, slow retries, goes on by itself when mended")
  void a_lost_permission_alarms_and_heals(Observed observed) {
    startAs("app");
    for (List<String> taken : List.of(List.of("-evalsha", "-eval"), List.of("resetkeys"))) {
      taken.forEach(rule -> operator.command("ACL", "SETUSER", "app", rule));
      JobId waiting = enqueue(2, "ok");
      awaitAlarm("permission");
      assertThatExceptionOfType(EngineUnavailableException.class)
          .isThrownBy(() -> app.enqueue(new Work(3, "ok")))
          .withMessageContaining("permission");
      long denied = denialsInThreeSeconds();
      assertThat(denied).isBetween(1L, 60L);

      for (String rule : List.of("+evalsha", "+eval", "~*")) {
        operator.command("ACL", "SETUSER", "app", rule);
      }
      observed.recoversWithin(
          RECONNECT.plus(BLOCK).plusSeconds(5),
          "the job runs",
          () -> is(waiting, JobState.SUCCEEDED));
      await().atMost(LONG).until(() -> worker.health().status() == Status.UP);
      observed.figure(denied + " calls denied in 3 s without " + String.join(", ", taken));
    }
  }
}
