package dev.holdfast.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class QuickstartIT {
  @TempDir private Path directory;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--out", directory.toString()));
    return Quickstart.run(all, new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void every_order_gets_its_invoice() throws Exception {
    int code = run();

    assertThat(code).as(text()).isZero();
    assertThat(text())
        .contains("Line 90 skipped: net is \"589.0O\", which is no number.")
        .contains("Retried: order HF-2047, succeeded at attempt 3.")
        .contains("order HF-2113, EXHAUSTED after 4 attempts")
        .contains("UnknownAddressException: no street \"Banhofstrase 8\" in Bern")
        .containsPattern("queued +200 ")
        .containsPattern("succeeded +200\\R")
        .containsPattern("retried +5 ")
        .containsPattern("dead +1 +0 left")
        .containsPattern("redriven +1\\R")
        .doesNotContain("WRONG");
    assertThat(new InvoiceFolder(directory).list()).hasSize(200);
    assertThat(directory.resolve("invoice-HF-2113.txt"))
        .content()
        .contains("Bahnhofstrasse 8\nBern\nSWITZERLAND");
    assertThat(directory.resolve("invoices.zip")).isNotEmptyFile();
  }

  @Test
  void a_killed_worker_costs_no_invoice() throws Exception {
    int code = run("--crash");

    assertThat(code).as(text()).isZero();
    assertThat(text())
        .contains("Worker 1 is dead (SIGKILL)")
        .containsPattern("succeeded +200\\R")
        .containsPattern("ran twice +[1-8] ")
        .doesNotContain("WRONG");
    assertThat(new InvoiceFolder(directory).list()).hasSize(200);
  }

  @Test
  void a_server_that_is_not_there_gives_code_1_and_names_the_host_but_no_password() {
    // Port 1 belongs to nobody.
    int code = run("--redis", "redis://:secret@127.0.0.1:1");

    assertThat(code).isEqualTo(1);
    assertThat(text()).contains("The quickstart failed:").contains("127.0.0.1");
    assertThat(text()).doesNotContain("secret");
  }
}
