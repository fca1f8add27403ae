package dev.holdfast.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The word that the reply to each script begins with. A reply that begins otherwise is not the
 * reply to that script: then no reply on the connection belongs to whom it is given, and the
 * connection cannot be used any more.
 */
final class FirstWords {
  /** What any script may say of a queue written by another version. */
  private static final String OTHER_LAYOUT = "OTHER_LAYOUT";

  private static final Map<Script, Set<String>> KNOWN = new EnumMap<>(Script.class);

  static {
    for (Script script : Script.values()) {
      Set<String> words = new HashSet<>(of(script));
      words.add(OTHER_LAYOUT);
      KNOWN.put(script, Set.copyOf(words));
    }
  }

  private FirstWords() {}

  static Set<String> of(Script script) {
    return switch (script) {
      case OPEN -> Set.of("OPEN", "WRONG_TYPE");
      case ENQUEUE -> Set.of("DONE", "STALE");
      case TURN -> Set.of("TURNED", "STALE");
      case EXTEND -> Set.of("EXTENDED", "CANCEL_REQUESTED", "TAKEN", "UNCLAIMED", "GONE");
      case NOTE -> Set.of("WRITTEN", "REFUSED");
      case REAP -> Set.of("NOT_YET", "GRACE", "OPEN");
      case TIDY -> Set.of("TIDIED", "WRONG_TYPE");
      case CANCEL -> Set.of("DONE", "REQUESTED", "ENDED", "NOT_FOUND");
      case REDRIVE -> Set.of("DONE", "NOT_APPLICABLE", "MISSING", "KEY_TAKEN", "NOT_FOUND");
      case MOVE -> Set.of("DONE", "NOT_APPLICABLE", "ACTIVE", "ON_RETURN", "ENDED", "NOT_FOUND");
      case DELETE -> Set.of("DONE", "ACTIVE", "NOT_APPLICABLE", "NOT_FOUND");
      case PURGE -> Set.of("PURGED");
      case PAUSE, LEAVE, RING -> Set.of("DONE");
      case LIMIT -> Set.of("DONE", "LIMITS");
      case BOUND -> Set.of("BOUND");
      case FIND -> Set.of("FOUND", "NOT_FOUND");
      case LIST -> Set.of("PAGE");
      case STATS -> Set.of("STATS");
      case WRITE_SCHEDULE, DROP_SCHEDULE -> Set.of("DONE", "STALE");
      case FIND_SCHEDULES -> Set.of("FOUND");
      case DUE_TICKS -> Set.of("TICKS");
      case FIRE -> Set.of("FIRED");
      case ENLIST -> Set.of("QUEUES");
      case LOCK -> Set.of("LOCKED", "HELD");
      case EXTEND_LOCK -> Set.of("EXTENDED", "TAKEN", "FREE");
      case UNLOCK -> Set.of("UNLOCKED", "TAKEN", "FREE");
      case APPEND -> Set.of("WRITTEN", "REFUSED", "DAMAGED");
      case READ_JOURNAL -> Set.of("JOURNAL", "DAMAGED");
      case DELIVER -> Set.of("DELIVERED", "ALREADY", "FULL", "NOT_FOUND", "DAMAGED");
      case SPREAD -> Set.of("SPREAD");
      case ENDED -> Set.of("ENDS");
      case TOLD -> Set.of("DONE");
      case FORK -> Set.of("DONE", "MORE", "NOT_FOUND", "TOO_FEW", "DAMAGED");
      case TOPIC -> Set.of("TOPIC");
    };
  }

  /**
   * Gives the reply back if it may be that to the script.
   *
   * @throws StrangeReplyException if not
   */
  static List<Object> check(Script script, List<Object> reply) {
    Object first = reply == null || reply.isEmpty() ? null : reply.get(0);
    if (first instanceof byte[] bytes
        && Objects.requireNonNull(KNOWN.get(script)).contains(new String(bytes, UTF_8))) {
      return reply;
    }
    throw new StrangeReplyException(
        "Redis answered " + script.fileName() + " with what is no reply to it");
  }
}
