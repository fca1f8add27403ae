package dev.holdfast.examples.benchmark.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PeersTest {
  static Stream<Peer> all() {
    return Peers.all().stream();
  }

  @ParameterizedTest
  @MethodSource("all")
  void each_says_what_it_is_and_how_it_is_set_up_in_one_line(Peer peer) {
    assertThat(peer.name()).isNotBlank();
    assertThat(peer.version()).matches("[0-9].*");
    assertThat(peer.settings()).isNotBlank().hasSizeLessThan(120).doesNotContain("\n", "|", "${");
  }

  @Test
  void each_has_a_row_of_its_own() {
    assertThat(all().map(peer -> peer.name() + peer.settings())).doesNotHaveDuplicates();
  }

  @Test
  void a_version_that_the_build_does_not_name_is_an_error() {
    assertThatThrownBy(() -> Versions.of("Sidekiq"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Sidekiq");
  }
}
