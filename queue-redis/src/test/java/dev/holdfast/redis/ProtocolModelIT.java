package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.redis.ModelPrograms.Scenario;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisServer;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The protocol of the scripts, tried out: small programs of two and three clients in every order,
 * with a crash of a client at each step, on one real Redis whose scripts judge by an instant of the
 * test. After each step {@link ModelRules} must hold, and after each order {@link ModelHeal} must
 * bring every job to its one end.
 *
 * <p>Longer programs are drawn at random, and so is their order: {@value #SEED} names the seed,
 * which is printed; {@value #WALKS} how many are tried. Limits and the handing over of a place that
 * was freed are not in the model: there are none yet.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProtocolModelIT {
  private static final String SEED = "holdfast.model.seed";
  private static final String WALKS = "holdfast.model.walks";

  private RedisProcess server;
  private Model model;

  @BeforeAll
  void open() {
    server = RedisServer.start();
    model = new Model(server, "model");
  }

  @AfterAll
  void close() {
    model.close();
    server.close();
  }

  static List<Scenario> ofTwo() {
    return ModelPrograms.ofTwo();
  }

  static List<Scenario> ofThree() {
    return ModelPrograms.ofThree();
  }

  @ParameterizedTest
  @MethodSource("ofTwo")
  void two_clients_with_six_operations_keep_every_rule_in_every_order(Scenario scenario) {
    assertThat(scenario.programs()).hasSize(2).allMatch(program -> program.size() == 6);
    search(scenario);
  }

  @ParameterizedTest
  @MethodSource("ofThree")
  void three_clients_with_three_operations_keep_every_rule_in_every_order(Scenario scenario) {
    assertThat(scenario.programs()).hasSize(3).allMatch(program -> program.size() == 3);
    search(scenario);
  }

  private void search(Scenario scenario) {
    long began = System.nanoTime();
    long steps = model.steps();
    ModelSearch search = new ModelSearch(model, 1);
    search.from(begin(scenario));
    print(
        "%s: %,d interleavings, %,d states, %,d steps, %,d queues healed, %,d ms",
        scenario,
        search.interleavings(),
        search.states(),
        model.steps() - steps,
        search.healed(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
  }

  private static void print(String format, Object... args) {
    System.out.println("model: " + String.format(Locale.ROOT, format, args));
  }

  private ModelState begin(Scenario scenario) {
    ModelState at = model.begin(scenario.programs());
    ModelClient setup = new ModelClient("setup", List.of());
    for (ModelOp op : scenario.setup()) {
      at = model.step(at, setup, op);
    }
    return at;
  }

  @Test
  void every_script_that_changes_a_queue_takes_part() {
    Set<Script> used = EnumSet.of(Script.OPEN, Script.RING, Script.STATS);
    Stream.concat(ofTwo().stream(), ofThree().stream())
        .flatMap(Scenario::operations)
        .map(ModelOp::script)
        .filter(Objects::nonNull)
        .forEach(used::add);
    // Locks are no part of a queue; find and list read.
    used.addAll(Set.of(Script.LOCK, Script.EXTEND_LOCK, Script.UNLOCK, Script.FIND, Script.LIST));
    // A bound is a setting: no rule of the model depends on it.
    used.add(Script.BOUND);
    // Limits have random lives of their own, with a check of what is stored after each step.
    used.add(Script.LIMIT);
    // Schedules add jobs, by scripts that have a contract and processes of their own.
    used.addAll(
        Set.of(
            Script.WRITE_SCHEDULE,
            Script.DROP_SCHEDULE,
            Script.FIND_SCHEDULES,
            Script.DUE_TICKS,
            Script.FIRE,
            Script.ENLIST));
    // Runs have random lives of their own, with a check of what is stored after each.
    used.addAll(
        Set.of(
            Script.APPEND,
            Script.READ_JOURNAL,
            Script.DELIVER,
            Script.SPREAD,
            Script.ENDED,
            Script.TOLD,
            Script.FORK,
            Script.TOPIC));
    assertThat(used).containsExactlyInAnyOrder(Script.values());
  }

  @Test
  void three_clients_with_six_operations_keep_every_rule_in_orders_drawn_at_random() {
    long seed = Long.getLong(SEED, System.nanoTime());
    print("seed %d; set it with -D%s", seed, SEED);
    long began = System.nanoTime();
    long steps = model.steps();
    Random random = new Random(seed);
    ModelHeal heal = new ModelHeal(model);
    int walks = Integer.getInteger(WALKS, 300);
    for (int walk = 0; walk < walks; walk++) {
      new ModelWalk(model, heal, seed, walk).run(ModelPrograms.drawn(random, 6), random);
    }
    print(
        "%d walks, %,d steps, %,d ms",
        walks, model.steps() - steps, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
  }
}
