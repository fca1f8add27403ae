package dev.holdfast.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.benchmark.peers.Peer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PeersScenarioTest {
  private static final class Absent implements Peer {
    @Override
    public String name() {
      return "Other";
    }

    @Override
    public String version() {
      return "1.0";
    }

    @Override
    public String settings() {
      return "as it likes";
    }

    @Override
    public Optional<String> obstacle() {
      return Optional.of("it wants a moon");
    }

    @Override
    public Session open(String redis) {
      throw new AssertionError("it cannot be opened here");
    }
  }

  @Test
  void a_library_that_cannot_run_here_has_a_row_that_says_why() throws Exception {
    Scenario scenario = PeersScenario.of(new Bench(Scale.QUICK, null), List.of(new Absent()));

    Row row = scenario.rows().get(scenario.rows().size() - 1);

    assertThat(row.name()).isEqualTo("Other 1.0: not run, for it wants a moon");
    assertThat(row.measurement().run(10)).isEqualTo(Sample.EMPTY);
  }
}
