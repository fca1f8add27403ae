package dev.holdfast.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A script's header comment taken apart, and its body without comments. */
record ScriptHeader(
    String first,
    List<KeyLine> keys,
    Set<Integer> args,
    int repeatsFrom,
    Map<String, Integer> groups,
    Set<String> results,
    boolean hasCost,
    List<String> includes,
    String body) {

  /** A line such as {@code KEYS[1] leases zset job id -> lease end}. */
  record KeyLine(int index, String name, String type) {}

  private static final Pattern KEY = Pattern.compile("^-- KEYS\\[(\\d+)] (\\w+) +(\\w+)  \\S.*$");
  private static final Pattern ARG = Pattern.compile("ARGV\\[(\\d+)(\\.\\.)?]");
  private static final Pattern GROUP = Pattern.compile("\\b(two|four) an? (\\w+)");
  private static final Pattern RESULT = Pattern.compile("\\b[A-Z][A-Z_]{3,}\\b");
  private static final Map<String, Integer> NUMBERS = Map.of("two", 2, "four", 4);

  static ScriptHeader of(Script script) {
    List<String> lines = script(script.fileName());
    List<String> header = lines.stream().takeWhile(line -> line.startsWith("-- ")).toList();
    List<KeyLine> keys = new ArrayList<>();
    for (String line : header) {
      Matcher matcher = KEY.matcher(line);
      if (matcher.matches()) {
        keys.add(
            new KeyLine(Integer.parseInt(matcher.group(1)), matcher.group(2), matcher.group(3)));
      }
    }
    String text = header.stream().map(line -> line.substring(3)).collect(Collectors.joining("\n"));
    int returns = text.indexOf("\nReturns ");
    int cost = text.indexOf("\nCost: ");
    if (returns < 0 || cost < returns) {
      throw new AssertionError(script.fileName() + " has no Returns and Cost line, in this order");
    }
    String argsText = text.substring(0, returns);
    Set<Integer> args = new TreeSet<>();
    int repeatsFrom = 0;
    for (MatchResult found : ARG.matcher(argsText).results().toList()) {
      if (found.group(2) == null) {
        args.add(Integer.parseInt(found.group(1)));
      } else {
        repeatsFrom = Integer.parseInt(found.group(1));
      }
    }
    Map<String, Integer> groups = new LinkedHashMap<>();
    GROUP
        .matcher(argsText)
        .results()
        .forEach(found -> groups.put(found.group(2), NUMBERS.get(found.group(1))));
    Set<String> results =
        RESULT
            .matcher(text.substring(returns, cost))
            .results()
            .map(MatchResult::group)
            .collect(Collectors.toCollection(TreeSet::new));
    String rest = String.join("\n", lines.subList(header.size(), lines.size()));
    return new ScriptHeader(
        lines.get(0), keys, args, repeatsFrom, groups, results, true, includes(rest), code(rest));
  }

  private static List<String> script(String file) {
    return List.of(Script.read(file).split("\n", -1));
  }

  private static List<String> includes(String text) {
    return text.lines()
        .filter(line -> line.startsWith("--- include "))
        .flatMap(line -> Arrays.stream(line.substring("--- include ".length()).split(",", -1)))
        .map(String::strip)
        .toList();
  }

  /** Lua without its comments. */
  static String code(String text) {
    return text.lines()
        .map(line -> line.replaceFirst("--.*$", ""))
        .collect(Collectors.joining("\n"));
  }

  /** The body with the code of what it includes before it. */
  String whole() {
    return includes.stream()
            .map(name -> code(Script.read("include/" + name + ".lua")))
            .collect(Collectors.joining("\n"))
        + "\n"
        + body;
  }

  /** How many arguments stand alone, before those that repeat. */
  int fixedArgs() {
    return args.stream().mapToInt(Integer::intValue).max().orElse(0);
  }
}
