package dev.holdfast.examples.orderflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.examples.orderflow.PlaceOrder.Line;
import dev.holdfast.job.NonRetriableException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class OrderFlowIT {
  @TempDir private Path directory;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int run(String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--logs", directory.toString()));
    return OrderExample.run(all, new PrintStream(printed, true, StandardCharsets.UTF_8));
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
  void every_order_ends_as_it_must_wherever_its_workers_are_killed_or_stopped() {
    needPostgres();

    int code = run("--crash");

    assertThat(code).as(text()).isZero();
    assertThat(text())
        .containsPattern("is dead \\(SIGKILL\\) at bert, \"fulfil/decrement\", after effect")
        .containsPattern("is stopped \\(SIGSTOP\\) at cara, \"charge\", after effect")
        .containsPattern("is refused cara, \"charge\"")
        .doesNotContain("WRONG");
  }

  @Test
  void a_taking_that_is_asked_for_again_is_done_once() throws Exception {
    needPostgres();
    try (Postgres postgres = Postgres.start();
        Database database = Database.open(postgres.url(), "orders-1", 1)) {
      database.create();
      Warehouse warehouse = new Warehouse(database);
      warehouse.fill();
      List<Line> lines = List.of(new Line("teapot", 1), new Line("cup", 6));

      warehouse.take(lines, "run:decrement");
      warehouse.take(lines, "run:decrement");

      assertThat(warehouse.stock())
          .containsEntry("teapot", Warehouse.STOCK - 1)
          .containsEntry("cup", Warehouse.STOCK - 6);
      assertThat(warehouse.repeats()).isEqualTo(1);
      assertThat(warehouse.priceOf(lines)).isEqualTo(2_490 + 6 * 790);
      assertThatExceptionOfType(NonRetriableException.class)
          .isThrownBy(() -> warehouse.priceOf(List.of(new Line("samovar", 1))))
          .withMessageContaining("samovar");
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
