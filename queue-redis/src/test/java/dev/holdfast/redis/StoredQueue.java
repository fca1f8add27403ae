package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.redis.RespClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All keys of a queue, read raw, and the invariant over them: an id is in exactly one of ready
 * minus skip, due, parked, leases, dead and done, and its record says the same. Reads no code of
 * the engine, so that both cannot be wrong in the same way.
 */
public final class StoredQueue {
  private static final List<String> LANES = List.of("high", "normal", "low", "suspect");

  private final Map<String, List<String>> ready = new LinkedHashMap<>();
  private final Map<String, List<String>> active = new HashMap<>();
  private final Map<String, String> skip;
  private final Map<String, String> track;
  private final Map<String, String> headers = new HashMap<>();
  private final Map<String, String> due;
  private final Set<String> parked;
  private final Map<String, String> seats;
  private final Set<String> holders;
  private final Map<String, String> leases;
  private final Map<String, String> dead;
  private final Map<String, String> done;
  private final Map<String, String> workers;
  private final Set<String> notes;
  private final Map<String, String> unique;
  private final Map<String, String> journal;
  private final Set<String> listeners;
  private final Map<String, String> keyTypes = new LinkedHashMap<>();

  StoredQueue(QueueContents contents) {
    for (String lane : LANES) {
      ready.put(lane.substring(0, 1), contents.list("ready:" + lane));
    }
    contents
        .keys()
        .forEach(
            (name, content) -> {
              keyTypes.put(name, content.type());
              if (name.startsWith("active:")) {
                active.put(name.substring("active:".length()), content.items());
              }
            });
    skip = contents.pairs("skip");
    track = contents.pairs("track");
    contents
        .pairs("jobs")
        .forEach((id, body) -> headers.put(id, body.lines().findFirst().orElse("")));
    due = contents.pairs("due");
    parked = contents.pairs("parked").keySet();
    seats = contents.pairs("seats");
    holders = contents.pairs("holders").keySet();
    leases = contents.pairs("leases");
    dead = contents.pairs("dead");
    done = contents.pairs("done");
    workers = contents.pairs("workers");
    notes = contents.pairs("notes").keySet();
    unique = contents.pairs("unique");
    journal = contents.pairs("journal");
    listeners = contents.pairs("listeners").keySet();
  }

  /** Reads all keys of a queue, one after another: nobody may move a job meanwhile. */
  public static StoredQueue read(RespClient redis, String namespace, QueueRef queue) {
    return new StoredQueue(QueueContents.read(redis, prefix(namespace, queue)));
  }

  static String prefix(String namespace, QueueRef queue) {
    return namespace
        + ":{"
        + queue.name()
        + (queue.partition() == 0 ? "" : ":" + queue.partition())
        + "}:";
  }

  /**
   * Checks the invariant.
   *
   * @throws AssertionError naming each id that breaks it
   */
  public void verify() {
    assertThat(contradictions()).as("what is stored contradicts itself").isEmpty();
  }

  /** What breaks the invariant, one sentence each; empty if nothing does. */
  List<String> contradictions() {
    List<String> wrong = new ArrayList<>();
    Map<String, List<String>> homes = homes(wrong);
    Set<String> ids = new TreeSet<>(homes.keySet());
    ids.addAll(track.keySet());
    ids.addAll(headers.keySet());
    for (String id : ids) {
      verifyJob(id, homes.getOrDefault(id, List.of()), wrong);
    }
    notes.stream()
        .filter(field -> !ids.contains(field.substring(0, field.lastIndexOf(':'))))
        .forEach(field -> wrong.add("note " + field + " of a job that is gone"));
    unique.forEach(
        (field, value) -> {
          String id = value.split("\t", 2)[0];
          String home = homes.getOrDefault(id, List.of("nowhere")).get(0);
          if (List.of("nowhere", "dead", "done").contains(home)) {
            wrong.add("unique key " + field + " is held by job " + id + ", which is " + home);
          }
        });
    verifyLines(homes, wrong);
    verifyJournals(ids, wrong);
    active.keySet().stream()
        .filter(consumer -> !workers.containsKey(consumer))
        .forEach(consumer -> wrong.add("consumer " + consumer + " has a list, not in workers"));
    return wrong;
  }

  /** Each part belongs to a job that is known, and its head counts it. */
  private void verifyJournals(Set<String> ids, List<String> wrong) {
    Map<String, List<String>> parts = new TreeMap<>();
    journal
        .keySet()
        .forEach(
            field ->
                parts
                    .computeIfAbsent(field.substring(0, 26), id -> new ArrayList<>())
                    .add(field.substring(26)));
    parts.forEach(
        (id, fields) -> {
          String head = journal.getOrDefault(id, "none");
          String counted =
              Stream.of('#', '<')
                  .map(kind -> fields.stream().filter(f -> f.indexOf(kind) == 0).count())
                  .map(count -> "\\Q" + count + "\\E\t\\d+\t")
                  .collect(Collectors.joining());
          long names = fields.stream().filter(field -> field.startsWith("@")).count();
          if (!ids.contains(id)) {
            wrong.add("journal " + fields + " of job " + id + ", which is gone");
          } else if (!head.matches(counted + "\\d*")
              || names != Long.parseLong(head.split("\t")[2])) {
            wrong.add("journal " + fields + " of job " + id + " has the head " + head);
          }
        });
    for (String member : listeners) {
      int nul = member.indexOf('\0');
      String id = member.substring(nul + 1);
      List<String> subjects = List.of(journal.getOrDefault(id + "!", "").split("\n", -1));
      if (!subjects.contains(member.substring(0, nul))) {
        wrong.add("listener " + shown(member) + " is none by its journal");
      }
    }
  }

  /** A parked job knows its seat, a dash stands before that of one let go; no place is for ever. */
  private void verifyLines(Map<String, List<String>> homes, List<String> wrong) {
    for (String member : parked) {
      String seat = seats.get(parkedId(member));
      if (!member.equals(seat)) {
        wrong.add("parked " + shown(member) + " has the seat " + seat);
      }
    }
    seats.forEach(
        (id, seat) -> {
          String home = homes.getOrDefault(id, List.of("nowhere")).get(0);
          if (seat.startsWith("-") ? !home.startsWith("ready") : !parked.contains(seat)) {
            wrong.add("job " + id + " has the seat " + shown(seat) + " and is " + home);
          }
        });
    for (String member : holders) {
      String id = member.substring(member.length() - 26);
      String home = homes.getOrDefault(id, List.of("nowhere")).get(0);
      if (List.of("nowhere", "dead", "done").contains(home)) {
        wrong.add("a place is held by " + shown(member) + ", which is " + home);
      }
    }
  }

  /** Behind the scope: rank, number, lane, id, and what it costs. */
  private static String parkedId(String member) {
    int lane = laneAt(member);
    return member.substring(lane + 1, lane + 27);
  }

  private static int laneAt(String member) {
    return member.indexOf('\0') + 18;
  }

  private static String shown(String member) {
    return member.replace('\0', ' ');
  }

  private Map<String, List<String>> homes(List<String> wrong) {
    Map<String, List<String>> homes = new HashMap<>();
    Map<String, Integer> balance = new HashMap<>();
    ready.forEach(
        (lane, ids) -> ids.forEach(id -> balance.merge(lane + ":" + id, 1, (a, b) -> a + b)));
    skip.forEach(
        (field, count) ->
            balance.merge(entry(field, balance), -Integer.parseInt(count), (a, b) -> a + b));
    balance.forEach(
        (field, count) -> {
          if (count < 0) {
            wrong.add("skip " + field + " has no entry to ignore");
          }
          for (int i = 0; i < count; i++) {
            add(homes, field.substring(2), "ready " + field.charAt(0));
          }
        });
    due.keySet().forEach(member -> add(homes, member.substring(1), "due " + member.charAt(0)));
    parked.forEach(
        member -> add(homes, parkedId(member), "parked " + member.charAt(laneAt(member))));
    leases.keySet().forEach(id -> add(homes, id, "leases"));
    dead.keySet().forEach(id -> add(homes, id, "dead"));
    done.keySet().forEach(id -> add(homes, id, "done"));
    return homes;
  }

  /** The entry a field says to ignore; {@code ?} stands for whichever lane has one. */
  private static String entry(String field, Map<String, Integer> balance) {
    return LANES.stream()
        .map(lane -> lane.charAt(0) + field.substring(1))
        .filter(each -> field.charAt(0) == '?' && balance.containsKey(each))
        .findFirst()
        .orElse(field);
  }

  private static void add(Map<String, List<String>> homes, String id, String home) {
    homes.computeIfAbsent(id, unused -> new ArrayList<>()).add(home);
  }

  private void verifyJob(String id, List<String> homes, List<String> wrong) {
    if (homes.size() != 1) {
      wrong.add("job " + id + " is in " + homes + ", record " + show(id));
      return;
    }
    String home = homes.get(0);
    String[] t = track.containsKey(id) ? track.get(id).split("\t", -1) : null;
    String header = headers.get(id);
    if (t != null && t.length < 15) {
      wrong.add("job " + id + " has a record of " + t.length + " fields: " + show(id));
      return;
    }
    String state = t == null ? "q" : t[0];
    String expected =
        switch (state) {
          case "q" -> place(home) + lane(t, header);
          case "a" -> "leases";
          case "d" -> "dead";
          case "s", "c" -> "done";
          default -> "no known state";
        };
    if (!home.equals(expected)) {
      wrong.add("job " + id + " is in " + home + ", its record says " + expected + ": " + show(id));
    }
    boolean ended = state.equals("s") || state.equals("c");
    boolean mayLackBody = ended || (t != null && t[2].equals("MISSING"));
    if (header == null ? !mayLackBody : ended) {
      wrong.add("job " + id + " in " + home + (header == null ? " has no body" : " kept its body"));
    }
    if (t != null && state.equals("a")) {
      if (t[9].isEmpty() || t[10].isEmpty()) {
        wrong.add("job " + id + " is active without token or consumer: " + show(id));
      } else if (!active.getOrDefault(t[10], List.of()).contains(id)) {
        wrong.add("job " + id + " is not in the list of its consumer " + t[10]);
      }
    } else if (t != null && !t[10].isEmpty()) {
      wrong.add("job " + id + " is not active, yet has a consumer: " + show(id));
    }
  }

  /** Where a job that waits may be, and is. */
  private static String place(String home) {
    return home.startsWith("due") ? "due " : home.startsWith("parked") ? "parked " : "ready ";
  }

  private static String lane(String @Nullable [] track, @Nullable String header) {
    if (track != null) {
      return Integer.parseInt(track[6]) > 1 ? "s" : track[1];
    }
    return header == null || header.isEmpty() ? "?" : header.substring(0, 1);
  }

  private String show(String id) {
    return track.containsKey(id) ? track.get(id).replace('\t', '|') : "none";
  }

  /** Ids that are ready, by lane letter, in order, entries to ignore included. */
  Map<String, List<String>> ready() {
    return ready;
  }

  /** Ids of the jobs that have a body or a record. */
  public Set<String> ids() {
    Set<String> ids = new TreeSet<>(track.keySet());
    ids.addAll(headers.keySet());
    return ids;
  }

  /** Ids of the jobs that are held by a claim. */
  public Set<String> leased() {
    return leases.keySet();
  }

  /** Each key's name without prefix, with its Redis type. */
  public Map<String, String> keyTypes() {
    return keyTypes;
  }

  static List<String> strings(@Nullable Object answer) {
    return QueueContents.strings(answer);
  }
}
