package dev.holdfast.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisBenchmarkTest {
  private static final Bench OWN = new Bench(Scale.QUICK, null);

  @TempDir private Path directory;

  private Row row(Bench bench, String path) {
    return RedisBenchmark.row(bench, path, "RPUSH", (benchmark, rig, jobs) -> Sample.EMPTY);
  }

  @Test
  void the_rate_is_the_second_figure_of_the_last_line() throws IOException {
    String printed =
        """
        WARNING: Could not fetch server CONFIG
        "test","rps","avg_latency_ms","min_latency_ms"
        "RPUSH bare xxx","813008.12","0.393","0.104"
        """;

    assertThat(RedisBenchmark.rate(printed)).isEqualTo(813_008.12);
  }

  @Test
  void an_error_is_not_taken_for_a_rate() {
    assertThatThrownBy(() -> RedisBenchmark.rate("Error from server: ERR unknown command"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("unknown command");
    assertThatThrownBy(() -> RedisBenchmark.rate("\"test\",\"rps\",\"avg_latency_ms\"\n"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void where_the_binary_is_missing_the_row_says_so() throws Exception {
    for (String path : new String[] {null, "", directory.toString()}) {
      Row row = row(OWN, path);

      assertThat(row.name()).isEqualTo("redis-benchmark: not on the PATH");
      assertThat(row.measurement().run(10)).isEqualTo(Sample.EMPTY);
    }
  }

  @Test
  void it_loads_no_server_that_is_not_its_own() throws Exception {
    Files.createFile(
        directory.resolve("redis-benchmark"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));

    assertThat(row(OWN, "/nowhere:" + directory).name())
        .isEqualTo("redis-benchmark: RPUSH, pipelined");
    assertThat(row(new Bench(Scale.QUICK, "redis://localhost:6379"), directory.toString()).name())
        .isEqualTo("redis-benchmark: not run on a server given by --redis");
  }
}
