package dev.holdfast.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  private static Arguments parse(String... args) {
    return Arguments.parse(List.of(args));
  }

  private static List<String> picked(Arguments arguments) {
    return arguments.picked(Scenarios.all(new Bench(arguments.scale(), null))).stream()
        .map(Scenario::name)
        .toList();
  }

  @Test
  void without_options_every_scenario_runs_five_times() {
    assertThat(parse().scale().runs()).isEqualTo(5);
    assertThat(picked(parse())).contains("enqueue", "drain", "backlog", "idle", "peers");
  }

  @Test
  void quick_runs_the_main_scenarios_three_times() {
    assertThat(parse("--quick").scale().runs()).isEqualTo(3);
    assertThat(picked(parse("--quick"))).containsExactly("enqueue", "drain", "pickup", "delayed");
  }

  @Test
  void only_names_scenarios_for_quick_runs_too() {
    assertThat(picked(parse("--only", "idle,drain", "--quick"))).containsExactly("drain", "idle");
  }

  @Test
  void runs_out_and_redis_are_taken() {
    Arguments arguments =
        parse("--runs", "7", "--out", "figures.json", "--redis", "redis://localhost:6379");

    assertThat(arguments.scale().runs()).isEqualTo(7);
    assertThat(arguments.out()).isEqualTo(Path.of("figures.json").toAbsolutePath());
    assertThat(arguments.redis()).isEqualTo("redis://localhost:6379");
  }

  @Test
  void what_is_wrong_is_named() {
    assertThatThrownBy(() -> parse("--fast")).hasMessage("unknown option: --fast");
    assertThatThrownBy(() -> parse("--runs")).hasMessage("--runs needs a value");
    assertThatThrownBy(() -> parse("--runs", "0")).hasMessageContaining("1 to 100, not 0");
    assertThatThrownBy(() -> picked(parse("--only", "drain,speed")))
        .hasMessageContaining("no scenario speed; there are [enqueue, drain,");
  }

  @Test
  void a_given_server_is_not_asked_to_persist_otherwise() {
    Bench bench = new Bench(Scale.FULL, "redis://localhost:6379");

    assertThat(Scenarios.all(bench)).extracting(Scenario::name).doesNotContain("aof");
  }
}
