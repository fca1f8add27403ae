package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RedisServerOptions;
import dev.holdfast.testkit.redis.RedisStartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of TLS: what cannot be trusted is refused, and nothing falls back to plain text. */
@Tag("os")
@Isolated("starts processes and waits for their ends")
class TlsFaultIT extends FaultRig {
  private static final String PASSWORD = "changeit";

  /** Runs a program of the JDK or of the system; returns false if it is not there or fails. */
  private boolean run(String... command) throws IOException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(directory().toFile())
              .redirectErrorStream(true)
              .redirectOutput(directory().resolve("run.out").toFile())
              .start();
    } catch (IOException e) {
      return false;
    }
    return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  private static List<String> store(String name) {
    return List.of(
        "-keystore", name + ".p12", "-storetype", "PKCS12", "-storepass", PASSWORD, "-alias", name);
  }

  private void keytool(List<String> store, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(words));
    command.addAll(store);
    assertThat(run(command.toArray(new String[0]))).as("%s", command).isTrue();
  }

  /** An authority that signs, and a trust store {@code name-trust.p12} that holds it. */
  private Path authority(String name) throws IOException, InterruptedException {
    keytool(store(name), "-genkeypair", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "bc:c");
    keytool(store(name), "-exportcert", "-rfc", "-file", name + ".ca");
    keytool(store(name + "-trust"), "-importcert", "-noprompt", "-file", name + ".ca");
    return directory().resolve(name + "-trust.p12");
  }

  /**
   * A key and a certificate for a host, signed by "ours", valid for two days from the given one.
   */
  private void certificate(String name, String host, String from)
      throws IOException, InterruptedException {
    keytool(store(name), "-genkeypair", "-keyalg", "EC", "-dname", "CN=" + host);
    keytool(store(name), "-certreq", "-file", name + ".csr");
    keytool(
        store("ours"),
        "-gencert",
        "-rfc",
        "-infile",
        name + ".csr",
        "-outfile",
        name + ".crt",
        "-ext",
        "san=dns:" + host,
        "-startdate",
        from,
        "-validity",
        "2");
    Machine.needs(
        run(
            "openssl",
            "pkcs12",
            "-in",
            name + ".p12",
            "-nodes",
            "-nocerts",
            "-passin",
            "pass:" + PASSWORD,
            "-out",
            name + ".key"),
        "no openssl on this machine to write a key with");
  }

  private record Tls(RedisProcess server, int port) {}

  private Tls server(String certificate) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    RedisServerOptions options =
        RedisServerOptions.builder()
            .config("tls-port", Integer.toString(port))
            .config("tls-cert-file", directory().resolve(certificate + ".crt").toString())
            .config("tls-key-file", directory().resolve(certificate + ".key").toString())
            .config("tls-auth-clients", "no")
            .build();
    try {
      return new Tls(closing(RedisServer.start(options)), port);
    } catch (RedisStartException e) {
      Machine.needs(false, "this redis-server is built without TLS");
      throw e;
    }
  }

  private WorkerProcess start(String uri, Path trustStore) {
    List<String> jvm = new ArrayList<>();
    jvm.add("-Djavax.net.ssl.trustStore=" + trustStore);
    jvm.add("-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
    return closing(
        WorkerProcess.start(
            jvm, WorkerMain.class, history, uri, NAMESPACE, "work", "1", directory().toString()));
  }

  private void assertRefused(String uri, Path trustStore, String... words)
      throws InterruptedException {
    WorkerProcess worker = start(uri, trustStore);
    assertThat(worker.awaitExit(20)).as(worker.output()).isTrue();
    assertThat(worker.output()).contains("EngineRefusedException").contains(words);
    assertThat(history.count("READY")).isZero();
  }

  @Fault(
      row = 55,
      what = "TLS: expired, made for another host, not trusted, a port that speaks plain text",
      must = "refused at the start with the cause; no fallback to plain text")
  void what_cannot_be_trusted_is_refused(Observed observed)
      throws IOException, InterruptedException {
    Path ours = authority("ours");
    Path strangers = authority("strangers");
    certificate("good", "localhost", "-1d");
    certificate("other", "other.example", "-1d");
    certificate("expired", "localhost", "-9d");

    long start = System.nanoTime();
    String host = "rediss://localhost:";
    assertRefused(host + server("expired").port(), ours, "localhost", "validity check failed");
    assertRefused(host + server("other").port(), ours, "localhost", "No subject");
    Tls good = server("good");
    assertRefused(host + good.port(), strangers, "localhost", "unable to find valid");
    assertRefused(host + good.server().port(), ours, "localhost");
    assertRefused("redis://localhost:" + good.port(), ours, "localhost");
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    observed.figure("5 refusals in " + took.toMillis() + " ms, JVM starts included");
  }

  @Fault(row = 55, what = "TLS with a trusted certificate", must = "works: a job is run")
  void a_trusted_certificate_works() throws IOException, InterruptedException {
    Path ours = authority("ours");
    certificate("good", "localhost", "-1d");
    Tls tls = server("good");
    WorkerProcess worker = start("rediss://localhost:" + tls.port(), ours);
    connect(tls.server().uri()).enqueue(new Work(1, "ok"));
    await("the job has run over TLS")
        .atMost(LONG)
        .failFast(() -> assertThat(worker.isAlive()).as(worker.output()).isTrue())
        .until(() -> history.count("END", 1) == 1);
  }
}
