package dev.holdfast.examples.trialexpiration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.examples.trialexpiration.Accounts.Account;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class TrialExpirationIT {
  @TempDir private Path directory;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int run(String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--logs", directory.toString()));
    return TrialExpiration.run(all, new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static void needPostgres() {
    Optional<String> obstacle = Postgres.obstacle();
    if ("required".equals(System.getenv("HOLDFAST_OS_TESTS"))) {
      assertThat(obstacle).as("what keeps PostgreSQL from running here").isEmpty();
    }
    assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
  }

  /** It does all that a run without kills does. */
  @Test
  void every_trial_ends_as_it_must_wherever_its_workers_are_killed() {
    needPostgres();

    int code = run("--crash");

    assertThat(code).as(text()).isZero();
    assertThat(text())
        .contains("are dead (SIGKILL) while a run waits for a payment")
        .containsPattern("is dead \\(SIGKILL\\) at dan, \"warn\", after effect")
        .doesNotContain("WRONG");
  }

  @Test
  void a_change_that_is_asked_for_again_is_made_once() throws Exception {
    needPostgres();
    try (Postgres postgres = Postgres.start();
        Database database = Database.open(postgres.url(), "trials-1", 1)) {
      database.create();
      Accounts accounts = new Accounts(database);
      accounts.open("ada");

      accounts.change("ada", Accounts.PRO, "run:upgrade");
      accounts.change("ada", Accounts.PRO, "run:upgrade");

      assertThat(accounts.all()).isEqualTo(Map.of("ada", new Account(Accounts.PRO, 1)));
      assertThat(accounts.repeats()).isEqualTo(1);
      assertThat(accounts.isPaid("ada")).isTrue();
    }
  }

  @Test
  void a_server_that_is_not_there_gives_code_1_and_names_the_host_but_no_password() {
    // Port 1 belongs to nobody.
    int code = run("--postgres", "jdbc:postgresql://127.0.0.1:1/x?user=me&password=secret");

    assertThat(code).isEqualTo(1);
    assertThat(text()).contains("The run failed:").contains("127.0.0.1").doesNotContain("secret");
  }
}
