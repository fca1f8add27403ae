package dev.holdfast.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The engine with one thing broken on purpose, and the test that must notice.
 *
 * @param letter its name in the report
 * @param what what is broken
 * @param patches how
 * @param test the test that turns red, {@code Class#method} of this package
 * @param invariant the invariant that the mutant breaks
 * @param says what the failure must say, so that it is red for this reason and no other
 */
record Mutant(
    String letter, String what, List<Patch> patches, String test, String invariant, String says) {
  private static final String SCRIPTS = "queue-redis/src/main/resources/";

  /**
   * A change of one file by exact text.
   *
   * @param file the file, from the top of the sources
   * @param from what is replaced; must be in the file exactly once
   * @param to what replaces it
   */
  record Patch(String file, String from, String to) {
    static Patch script(String name, String from, String to) {
      return new Patch(SCRIPTS + "dev/holdfast/redis/" + name + ".lua", from, to);
    }

    private String apply(String text) {
      int at = text.indexOf(from);
      if (at < 0 || text.indexOf(from, at + 1) >= 0) {
        throw new AssertionError(
            "the mutant no longer applies: "
                + file
                + " holds "
                + (at < 0 ? "no" : "more than one")
                + " \""
                + from
                + "\"; say what it breaks in the words the file has now");
      }
      return text.substring(0, at) + to + text.substring(at + from.length());
    }
  }

  /**
   * Writes what is changed into a directory that goes before all others on a class path.
   *
   * @throws AssertionError if a patch does not fit the sources any more
   */
  void writeTo(Path directory) {
    try {
      Set<String> files = new LinkedHashSet<>();
      patches.forEach(patch -> files.add(patch.file()));
      for (String file : files) {
        String text = Files.readString(top().resolve(file));
        for (Patch patch : patches) {
          if (patch.file().equals(file)) {
            text = patch.apply(text);
          }
        }
        if (file.endsWith(".java")) {
          compile(file, text, directory);
        } else {
          Path target = directory.resolve(file.substring(SCRIPTS.length()));
          Files.createDirectories(target.getParent());
          Files.writeString(target, text);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the tests of this JVM run on. */
  static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** The top of the sources: tests run in their module's directory. */
  private static Path top() {
    return Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize().getParent();
  }

  private static void compile(String file, String text, Path directory) throws IOException {
    Path source =
        Files.createDirectories(directory.resolveSibling(directory.getFileName() + "-source"))
            .resolve(Path.of(file).getFileName());
    Files.writeString(source, text);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  null,
                  manager,
                  null,
                  List.of(
                      "-d",
                      directory.toString(),
                      "-cp",
                      classPath(),
                      "-proc:none",
                      "-nowarn",
                      "-implicit:none"),
                  null,
                  manager.getJavaFileObjects(source))
              .call();
      if (!compiled) {
        throw new AssertionError("the mutant no longer applies: " + file + " does not compile");
      }
    }
  }

  /** The eight mutants. */
  static Stream<Mutant> all() {
    return Stream.of(
        new Mutant(
            "a",
            "an outcome's token is not compared",
            List.of(
                Patch.script(
                    "include/outcomes", "elseif t.token ~= ARGV[i + 1] then", "elseif false then")),
            "ProtocolRulesIT#an_outcome_with_a_token_that_does_not_stand_changes_nothing",
            "I5",
            "I5 fenced settle"),
        new Mutant(
            "b",
            "a reap deletes the lease and does not push the job back",
            List.of(
                Patch.script(
                    "include/reaping",
                    "back[#back + 1] = {id = id, lane = lane_of(t), claim_number = claim_number}",
                    "")),
            "ProtocolRulesIT#a_reaped_job_is_in_its_lane_again",
            "I3",
            "I3 single home"),
        new Mutant(
            "c",
            "a claim is two commands: the list move, and later an extension that writes the lease",
            List.of(withoutLease()),
            "ProtocolRulesIT#a_claimed_job_has_its_lease_at_once",
            "I1/I3",
            "I3 single home"),
        new Mutant(
            "d",
            "a worker takes an outcome for written whose turn failed",
            List.of(
                new Patch(
                    "queue-core/src/main/java/dev/holdfast/worker/QueueTurns.java",
                    "boolean first = consumer.trouble() == null;",
                    "unanswered = null; sending.forEach(j -> consumer.answered(j,"
                        + " dev.holdfast.spi.Settled.DONE)); sending = List.of(); boolean first ="
                        + " consumer.trouble() == null;")),
            "LostOutcomeIT#an_outcome_that_did_not_arrive_is_sent_again_and_its_job_runs_once",
            "I8",
            "I8 duplicates justified"),
        new Mutant(
            "e",
            "a job is a dead letter one attempt too early",
            List.of(
                new Patch(
                    "queue-core/src/main/java/dev/holdfast/worker/OutcomeRules.java",
                    "int failures = counters.failures() + 1;",
                    "int failures = counters.failures() + 2;")),
            "WorkerFailureIT#"
                + "a_job_out_of_attempts_is_a_dead_letter_with_its_story_and_can_be_redriven",
            "I10",
            "expected: 3\n but was: 2"),
        new Mutant(
            "f",
            "a checkpoint is written without comparing the token",
            List.of(
                Patch.script(
                    "note",
                    "if not t or t.state ~= 'a' or t.token ~= token then",
                    "if not t or t.state ~= 'a' then")),
            "ProtocolCasesIT#"
                + "a_worker_that_was_paused_does_not_overwrite_the_checkpoint_of_the_next_claim",
            "I11",
            "I11 steps"),
        new Mutant(
            "g",
            "scripts judge by the client's clock, which is an hour ahead",
            List.of(
                new Patch(
                    "queue-redis/src/main/java/dev/holdfast/redis/Shared.java",
                    "new Args(now.get())",
                    "new Args(now.get().isEmpty()"
                        + " ? Long.toString(System.currentTimeMillis() + 3_600_000) : now.get())")),
            "ServerTimeIT#a_delayed_job_is_not_begun_before_it_is_due_by_the_servers_clock",
            "I12",
            "I12 timing"),
        new Mutant(
            "h",
            "a claim is a bare list move, and no pass looks for jobs without a lease",
            List.of(
                withoutLease(),
                Patch.script(
                    "tidy",
                    "elseif not redis.call('ZSCORE', leases, id) then",
                    "elseif false then")),
            "ProtocolCasesIT#"
                + "the_jobs_of_a_worker_that_died_are_given_to_others_and_none_is_lost",
            "I1",
            "I1 no loss"),
        new Mutant(
            "i",
            "the step to the next tick is not compared",
            List.of(
                Patch.script("fire", "(kind == 't' and s.next or s.waiting) ~= expected", "false")),
            "FireRulesIT#a_tick_that_two_workers_fire_has_one_job",
            "I13",
            "I13 one job a tick"));
  }

  private static Patch withoutLease() {
    return Patch.script("turn", "redis.call('ZADD', leases, unpack(new_leases))", "");
  }

  @Override
  public String toString() {
    return letter + ": " + what;
  }
}
