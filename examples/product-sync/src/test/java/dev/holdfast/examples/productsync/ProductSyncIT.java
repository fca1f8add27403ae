package dev.holdfast.examples.productsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ProductSyncIT {
  @TempDir private Path directory;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int run(String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--logs", directory.toString()));
    return ProductSync.run(all, new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void every_product_is_stored_once_within_the_limit_whatever_happens() {
    Optional<String> obstacle = Postgres.obstacle();
    if ("required".equals(System.getenv("HOLDFAST_OS_TESTS"))) {
      assertThat(obstacle).as("what keeps PostgreSQL from running here").isEmpty();
    }
    assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));

    int code = run("--products", "6000", "--page", "25", "--speed", "60");

    assertThat(code).as(text()).isZero();
    assertThat(text())
        .contains("worker-1 is dead (SIGKILL)")
        .containsPattern("its worker died; goes on at page \\d+")
        .containsPattern("two workers +60/min +\\d+ +0\\R")
        .containsPattern("lowered +20/min +\\d+ +[1-9]\\d* +told to wait")
        .containsPattern("products +6,000 stored, of 6,000\\R")
        .doesNotContain("WRONG");
  }

  @Test
  void a_server_that_is_not_there_gives_code_1_and_names_the_host_but_no_password() {
    // Port 1 belongs to nobody.
    int code = run("--postgres", "jdbc:postgresql://127.0.0.1:1/x?user=me&password=secret");

    assertThat(code).isEqualTo(1);
    assertThat(text()).contains("The run failed:").contains("127.0.0.1").doesNotContain("secret");
  }
}
