package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.testkit.redis.RedisServer;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests of the tests: the engine is broken in nine ways, each in a process of its own, and each
 * time the test that is named for it turns red and says why. Not broken, the same tests run green
 * in the same kind of process.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class MutantsIT {
  private static final int AT_ONCE = 3;
  private static final long LONGEST_SECONDS = 120;

  private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
  private final Map<String, Future<String>> outputs = new HashMap<>();
  private Future<String> unbroken;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    History history = new History(directory);
    for (Mutant mutant : mutants().toList()) {
      Path changed = Files.createDirectory(directory.resolve("mutant-" + mutant.letter()));
      outputs.put(
          mutant.letter(),
          threads.submit(
              () -> {
                mutant.writeTo(changed);
                return run(history, changed, List.of(mutant.test()));
              }));
    }
    Path unchanged = Files.createDirectory(directory.resolve("unbroken"));
    List<String> tests = mutants().map(Mutant::test).distinct().toList();
    unbroken = threads.submit(() -> run(history, unchanged, tests));
    // All are awaited here: the directory goes with this method's class, not with the last process.
    for (Future<String> output : everyOutput()) {
      awaitEnd(output);
    }
  }

  private List<Future<String>> everyOutput() {
    List<Future<String>> all = new ArrayList<>(outputs.values());
    all.add(unbroken);
    return all;
  }

  private static void awaitEnd(Future<String> output) throws InterruptedException {
    try {
      output.get();
    } catch (ExecutionException e) {
      // Told by the test of this mutant.
    }
  }

  private static String run(History history, Path first, List<String> tests) throws Exception {
    String classPath = first + File.pathSeparator + Mutant.classPath();
    try (WorkerProcess process =
        WorkerProcess.start(
            List.of("-D" + RedisServer.URL_PROPERTY + "=" + RedisServer.shared().uri()),
            Map.of("CLASSPATH", classPath),
            MutantMain.class,
            history,
            tests.toArray(new String[0]))) {
      boolean ended = process.awaitExit(LONGEST_SECONDS);
      String output = process.output();
      return ended ? output : "did not end within " + LONGEST_SECONDS + " s\n" + output;
    }
  }

  @AfterAll
  void stop() {
    threads.shutdownNow();
  }

  static Stream<Mutant> mutants() {
    return Mutant.all();
  }

  @Test
  void unbroken_every_named_test_is_green() throws Exception {
    long tests = mutants().map(Mutant::test).distinct().count();
    assertThat(unbroken.get()).contains("RAN " + tests + " GREEN " + tests);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void broken_its_named_test_is_red_and_names_the_invariant(Mutant mutant) throws Exception {
    String output = outputs.get(mutant.letter()).get();
    String method = mutant.test().substring(mutant.test().indexOf('#') + 1);
    assertThat(output).contains("RED " + method).contains("RAN 1 GREEN 0");
    String red = output.substring(output.indexOf("RED "));
    assertThat(red).contains(mutant.says());
    System.out.printf(
        "mutant %s; %s; red: %s; breaks %s: %s%n",
        mutant.letter(), mutant.what(), mutant.test(), mutant.invariant(), firstLine(red, mutant));
  }

  @Test
  void a_mutant_that_does_not_fit_the_sources_any_more_says_so(@TempDir Path directory) {
    for (String text : List.of("a line that nobody wrote", "redis.call")) {
      Mutant gone = new Mutant("x", "", List.of(Mutant.Patch.script("turn", text, "")), "", "", "");
      assertThatThrownBy(() -> gone.writeTo(directory))
          .isInstanceOf(AssertionError.class)
          .hasMessageStartingWith("the mutant no longer applies: queue-redis/src/main/resources")
          .hasMessageContaining(text);
    }
  }

  private static String firstLine(String red, Mutant mutant) {
    return red.lines()
        .filter(line -> line.contains(mutant.says().lines().findFirst().orElse("")))
        .findFirst()
        .orElse("")
        .strip();
  }
}
