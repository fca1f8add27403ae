package dev.holdfast.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.benchmark.peers.Peer;
import dev.holdfast.examples.benchmark.peers.Peers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run of each library with a few jobs; which are handled once each, or the run throws. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PeersIT {
  private static final int JOBS = 200;

  static Stream<Peer> all() {
    return Peers.all().stream();
  }

  @ParameterizedTest
  @MethodSource("all")
  void each_handles_each_job_once_and_leaves_no_process(Peer peer) throws Exception {
    List<Long> before = children();
    List<Row> rows = PeersScenario.of(new Bench(Scale.QUICK, null), List.of(peer)).rows();
    if (peer.obstacle().isPresent()) {
      // Root without a user namespace is the one reason that counts.
      assertThat(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
          .as(peer.name() + " cannot run: " + peer.obstacle().get())
          .isEqualTo(0);
      return;
    }

    Sample sample = rows.get(rows.size() - 1).measurement().run(JOBS);

    assertThat(sample.get(Figure.JOBS)).hasValue(JOBS);
    assertThat(sample.get(Figure.RATE).orElse(0)).isPositive();
    assertThat(sample.get(Figure.ENQUEUE_RATE).orElse(0)).isPositive();
    assertThat(children()).isSubsetOf(before);
  }

  private static List<Long> children() {
    return ProcessHandle.current().descendants().map(ProcessHandle::pid).toList();
  }
}
