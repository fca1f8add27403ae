package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.Locks;
import dev.holdfast.spi.Runs;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Upkeep;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every script's header says what its keys, arguments and results are; this holds it to that. */
final class ScriptHeaderTest {
  private static final Set<String> INCLUDES =
      Set.of(
          "admit",
          "audit",
          "bell",
          "clock",
          "ends",
          "header",
          "holding",
          "journaling",
          "journals",
          "layout",
          "leaving",
          "limiting",
          "mail",
          "naming",
          "outcomes",
          "places",
          "reaping",
          "reclaims",
          "retention",
          "running",
          "schedule",
          "skip",
          "telling",
          "track",
          "tying",
          "unique",
          "view",
          "wakes");

  /** Commands that make the memory in use grow: a full Redis refuses them as a first write. */
  private static final Set<String> GROWING =
      Set.of("HSET", "HINCRBY", "RPUSH", "LPUSH", "LMOVE", "ZADD", "SET", "INCR");

  private static final Set<String> FREEING =
      Set.of("ZREM", "ZREMRANGEBYRANK", "HDEL", "LREM", "LPOP", "LTRIM");

  private static final Set<Script> READ_ONLY =
      EnumSet.of(
          Script.FIND,
          Script.LIST,
          Script.STATS,
          Script.FIND_SCHEDULES,
          Script.READ_JOURNAL,
          Script.ENDED);

  /** A full Redis refuses them, and with that the whole call. */
  private static final Set<Script> GROWING_FIRST =
      EnumSet.of(Script.ENQUEUE, Script.FIRE, Script.DELIVER, Script.SPREAD, Script.FORK);

  @ParameterizedTest
  @EnumSource
  void the_first_line_names_the_file_and_says_what_it_does(Script script) {
    assertThat(ScriptHeader.of(script).first())
        .matches("-- " + Pattern.quote(script.fileName()) + ": [a-z].*\\.");
  }

  @ParameterizedTest
  @EnumSource
  void the_header_lists_the_keys_in_the_order_of_the_call(Script script) {
    List<ScriptHeader.KeyLine> expected =
        IntStream.range(0, script.keys().size())
            .mapToObj(
                i ->
                    new ScriptHeader.KeyLine(
                        i + 1,
                        script.keys().get(i).name().toLowerCase(Locale.ROOT),
                        script.keys().get(i).type()))
            .toList();
    assertThat(ScriptHeader.of(script).keys()).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void the_body_names_each_key_once_and_none_beyond_the_header(Script script) {
    Set<Integer> used = indices(ScriptHeader.of(script).body(), "KEYS");
    boolean all = ScriptHeader.of(script).body().contains("ipairs(KEYS)");
    boolean range = ScriptHeader.of(script).body().contains("KEYS[i]");
    int count = script.keys().size();
    assertThat(used).allMatch(index -> index >= 1 && index <= count);
    if (!all && !range) {
      assertThat(used).hasSize(count);
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_header_covers_the_arguments_the_body_reads(Script script) {
    ScriptHeader header = ScriptHeader.of(script);
    int fixed = header.fixedArgs();
    assertThat(header.args())
        .containsExactlyElementsOf(IntStream.rangeClosed(1, fixed).boxed().toList());
    Set<Integer> used = indices(header.whole(), "ARGV");
    assertThat(used).allMatch(index -> index <= fixed);
    assertThat(used).containsAll(IntStream.rangeClosed(2, fixed).boxed().toList());
    boolean saysUnread = Script.read(script.fileName()).contains("TIME (not read here)");
    assertThat(saysUnread).isEqualTo(!header.includes().contains("clock"));
  }

  @ParameterizedTest
  @EnumSource
  void arguments_that_repeat_begin_and_step_as_the_header_says(Script script) {
    ScriptHeader header = ScriptHeader.of(script);
    Matcher loop = Pattern.compile("for i = (\\w+), #ARGV, (\\d+) do").matcher(header.body());
    if (header.repeatsFrom() == 0) {
      assertThat(loop.find()).isFalse();
      return;
    }
    assertThat(header.repeatsFrom()).isEqualTo(header.fixedArgs() + 1);
    assertThat(loop.find()).isTrue();
    if (!loop.group(1).equals("outcomes")) {
      assertThat(loop.group(1)).isEqualTo(Integer.toString(header.repeatsFrom()));
    }
    assertThat(header.groups()).containsValue(Integer.parseInt(loop.group(2)));
  }

  @ParameterizedTest
  @EnumSource
  void the_results_of_the_header_are_those_of_the_body_and_of_their_reader(Script script) {
    ScriptHeader header = ScriptHeader.of(script);
    assertThat(header.results()).isEqualTo(resultsOf(header.body()));
    Set<String> read = new TreeSet<>(read(script));
    if (header.includes().contains("layout")) {
      // Read in one place for all of them.
      read.add("OTHER_LAYOUT");
    }
    assertThat(header.results()).isEqualTo(read);
  }

  @ParameterizedTest
  @EnumSource
  void the_first_word_of_a_reply_is_one_of_its_results(Script script) {
    Set<String> results = new TreeSet<>(ScriptHeader.of(script).results());
    results.remove("OTHER_LAYOUT");
    assertThat(FirstWords.of(script)).isEqualTo(results);
  }

  @Test
  void a_turn_answers_outcomes_with_the_first_letters_of_their_names() {
    Map<String, String> letters = new TreeMap<>();
    Pattern.compile("\\b([A-Z]) ([a-z]+)[,)]")
        .matcher(Script.read("turn.lua").replace("\n--  ", ""))
        .results()
        .forEach(pair -> letters.put(pair.group(2).toUpperCase(Locale.ROOT), pair.group(1)));
    assertThat(letters.keySet()).isEqualTo(names(Settled.values()));
    letters.forEach(
        (name, letter) -> {
          assertThat(name).startsWith(letter);
          assertThat(ScriptHeader.of(Script.TURN).whole()).contains("'" + letter + "'");
        });
  }

  @Test
  void every_act_reply_is_given_by_some_script() {
    Set<String> given = new TreeSet<>();
    for (Script script : List.of(Script.CANCEL, Script.REDRIVE, Script.MOVE, Script.DELETE)) {
      given.addAll(ScriptHeader.of(script).results());
    }
    given.remove("OTHER_LAYOUT");
    assertThat(given).isEqualTo(names(ActReply.values()));
  }

  /** What the Java side reads: an enum where one lists the names. */
  private static Set<String> read(Script script) {
    return switch (script) {
      case TURN -> Set.of("TURNED", "STALE");
      case EXTEND -> names(LeaseReply.values());
      case REAP -> names(Upkeep.Gate.values());
      case CANCEL -> acts(ActReply.DONE, ActReply.REQUESTED, ActReply.ENDED, ActReply.NOT_FOUND);
      case REDRIVE ->
          acts(
              ActReply.DONE,
              ActReply.NOT_APPLICABLE,
              ActReply.MISSING,
              ActReply.KEY_TAKEN,
              ActReply.NOT_FOUND);
      case MOVE ->
          acts(
              ActReply.DONE,
              ActReply.NOT_APPLICABLE,
              ActReply.ACTIVE,
              ActReply.ON_RETURN,
              ActReply.ENDED,
              ActReply.NOT_FOUND);
      case DELETE ->
          acts(ActReply.DONE, ActReply.ACTIVE, ActReply.NOT_APPLICABLE, ActReply.NOT_FOUND);
      case ENQUEUE -> Set.of("DONE", "STALE");
      case OPEN -> Set.of("OPEN", "WRONG_TYPE");
      case NOTE -> Set.of("WRITTEN", "REFUSED");
      case TIDY -> Set.of("TIDIED", "WRONG_TYPE");
      case PURGE -> Set.of("PURGED");
      case BOUND -> Set.of("BOUND");
      case LIMIT -> Set.of("DONE", "LIMITS");
      case PAUSE, LEAVE, RING -> Set.of("DONE");
      case FIND -> Set.of("FOUND", "NOT_FOUND");
      case LIST -> Set.of("PAGE");
      case STATS -> Set.of("STATS");
      case WRITE_SCHEDULE, DROP_SCHEDULE -> Set.of("DONE", "STALE");
      case FIND_SCHEDULES -> Set.of("FOUND");
      case DUE_TICKS -> Set.of("TICKS");
      case FIRE -> Set.of("FIRED");
      case ENLIST -> Set.of("QUEUES");
      case LOCK -> names(RedisLocks.LockWord.values());
      case EXTEND_LOCK -> names(Locks.ExtendReply.values());
      case UNLOCK -> names(Locks.UnlockReply.values());
      case APPEND -> Set.of("WRITTEN", "REFUSED", "DAMAGED");
      case READ_JOURNAL -> Set.of("JOURNAL", "DAMAGED");
      case DELIVER -> and(names(Runs.Delivery.values()), "DAMAGED");
      case SPREAD -> Set.of("SPREAD");
      case ENDED -> Set.of("ENDS");
      case TOLD -> Set.of("DONE");
      case FORK -> and(names(Runs.ForkReply.values()), "MORE", "DAMAGED");
      case TOPIC -> Set.of("TOPIC");
    };
  }

  private static Set<String> acts(ActReply... replies) {
    return names(replies);
  }

  private static Set<String> and(Set<String> names, String... more) {
    names.addAll(List.of(more));
    return names;
  }

  private static Set<String> names(Enum<?>... values) {
    return Arrays.stream(values).map(Enum::name).collect(Collectors.toCollection(TreeSet::new));
  }

  private static final Pattern RESULT_LINE =
      Pattern.compile("(return \\{|result = |reply = \\{|reply, .* = \\{)(.*)");

  private static Set<String> resultsOf(String body) {
    Set<String> names = new TreeSet<>();
    for (MatchResult line : RESULT_LINE.matcher(body).results().toList()) {
      String tail = line.group(2).replaceAll("redis\\.call\\([^)]*\\)", "");
      Pattern.compile("'([A-Z][A-Z_]{3,})'")
          .matcher(tail)
          .results()
          .forEach(name -> names.add(name.group(1)));
    }
    return names;
  }

  @ParameterizedTest
  @EnumSource
  void reasons_written_to_a_record_are_known(Script script) {
    Pattern reason =
        Pattern.compile(
            "(?:t\\.reason = |finish\\(.*, |bury\\(id, t, |queue_again\\(id, t, |reason = )"
                + "'([A-Z_]+)'");
    assertThat(reason.matcher(ScriptHeader.of(script).whole()).results().map(r -> r.group(1)))
        .isSubsetOf(names(StateReason.values()));
  }

  @ParameterizedTest
  @EnumSource
  void commands_are_given_declared_keys_only(Script script) {
    ScriptHeader header = ScriptHeader.of(script);
    Set<String> declared = new TreeSet<>(Set.of("key", "bell", "lane_keys", "lane[2]", "KEYS"));
    Matcher locals =
        Pattern.compile("local ([a-z_, ]+) = (KEYS\\[\\d+\\](?:, KEYS\\[\\d+\\])*)")
            .matcher(header.body());
    while (locals.find()) {
      declared.addAll(List.of(locals.group(1).split(", ", -1)));
    }
    Matcher call =
        Pattern.compile("redis\\.call\\(('[A-Z]+'|[^,]+),?\\s*([^,)]*)").matcher(header.whole());
    while (call.find()) {
      String command = call.group(1);
      String key = call.group(2).strip();
      if (command.equals("'TIME'") || command.startsWith("'TIME'") || command.equals("'PUBLISH'")) {
        continue;
      }
      String name = key.replaceFirst("^(lane_keys|KEYS)[.\\[].*$", "$1");
      assertThat(name).as(call.group()).isIn(declared);
    }
  }

  @ParameterizedTest
  @EnumSource
  void no_command_is_linear_in_the_length_of_a_queue(Script script) {
    String whole = ScriptHeader.of(script).whole();
    assertThat(whole)
        .doesNotContainPattern("'(HKEYS|KEYS|SCAN|HSCAN|ZSCAN|SORT|LPOS|LINSERT|LINDEX|LSET)'");
    // A queue has as many limits as people have set.
    assertThat(whole.contains("'HGETALL'")).isEqualTo(script == Script.LIMIT);
    // Entries to ignore are counted one by one only while they are few.
    assertThat(whole.contains("'HVALS'")).isEqualTo(script == Script.STATS);
    // An active list is short: a consumer is at most 128 slots.
    assertThat(Pattern.compile("'LREM', (\\w+)").matcher(whole).results().map(r -> r.group(1)))
        .allMatch("active"::equals);
    assertThat(whole).doesNotContainPattern("'(LRANGE|ZRANGE|ZREVRANGE)', [^)]*, 0, -1");
    assertThat(Pattern.compile("'(ZRANGEBYSCORE|ZREVRANGEBYSCORE)', .*").matcher(whole).results())
        .allMatch(call -> call.group().contains("'LIMIT'"));
  }

  @ParameterizedTest
  @EnumSource
  void the_includes_exist_and_write_nothing_by_themselves(Script script) {
    for (String include : ScriptHeader.of(script).includes()) {
      assertThat(INCLUDES).contains(include);
      String text = Script.read("include/" + include + ".lua");
      assertThat(text).startsWith("-- " + include + ".lua: ");
      assertThat(ScriptHeader.code(text).lines().filter(line -> !line.startsWith(" ")))
          .noneMatch(line -> GROWING.stream().anyMatch(command -> line.contains("'" + command)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_script_that_writes_begins_with_a_command_that_frees(Script script) {
    List<String> writes = writes(ScriptHeader.of(script).body());
    if (READ_ONLY.contains(script)) {
      assertThat(writes).isEmpty();
    } else if (GROWING_FIRST.contains(script)) {
      assertThat(writes.get(0)).isIn(GROWING);
    } else {
      assertThat(writes.get(0)).isIn(FREEING);
    }
  }

  private static List<String> writes(String code) {
    return Pattern.compile("redis\\.call\\('([A-Z]+)'")
        .matcher(code)
        .results()
        .map(found -> found.group(1))
        .filter(command -> GROWING.contains(command) || FREEING.contains(command))
        .toList();
  }

  private static Set<Integer> indices(String code, String table) {
    return Pattern.compile(table + "\\[(\\d+)]")
        .matcher(code)
        .results()
        .map(found -> Integer.parseInt(found.group(1)))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
