package dev.holdfast.redis;

import dev.holdfast.testkit.redis.RespClient;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All keys of a queue as Redis holds them, by their names without prefix. Knows types, and nothing
 * of what the engine means by a key.
 */
final class QueueContents {
  static final QueueContents EMPTY = new QueueContents(new TreeMap<>());

  private final SortedMap<String, Content> keys;

  /** A key's type, and its items as {@code LRANGE}, {@code HGETALL} or {@code ZRANGE} give them. */
  record Content(String type, List<String> items) {}

  QueueContents(SortedMap<String, Content> keys) {
    this.keys = keys;
  }

  /** Reads key by key: what changes meanwhile may be seen half. */
  static QueueContents read(RespClient redis, String prefix) {
    SortedMap<String, Content> keys = new TreeMap<>();
    for (String key : strings(redis.command("KEYS", prefix + "*"))) {
      String type = redis.text("TYPE", key);
      Object items =
          switch (type) {
            case "list" -> redis.command("LRANGE", key, "0", "-1");
            case "hash" -> redis.command("HGETALL", key);
            case "zset" -> redis.command("ZRANGE", key, "0", "-1", "WITHSCORES");
            default -> List.of();
          };
      keys.put(key.substring(prefix.length()), new Content(type, strings(items)));
    }
    return new QueueContents(keys);
  }

  SortedMap<String, Content> keys() {
    return keys;
  }

  /** The entries of a list; none if there is no such key. */
  List<String> list(String name) {
    Content content = keys.get(name);
    return content == null ? List.of() : content.items();
  }

  /** Field to value, or member to score, in the order Redis gave them. */
  Map<String, String> pairs(String name) {
    List<String> items = list(name);
    Map<String, String> pairs = new LinkedHashMap<>();
    for (int i = 0; i < items.size(); i += 2) {
      pairs.put(items.get(i), items.get(i + 1));
    }
    return pairs;
  }

  /** A field of a hash, or the score of a member; null if it is not there. */
  @Nullable String value(String name, String field) {
    List<String> items = list(name);
    for (int i = 0; i < items.size(); i += 2) {
      if (items.get(i).equals(field)) {
        return items.get(i + 1);
      }
    }
    return null;
  }

  static List<String> strings(@Nullable Object answer) {
    Collection<?> items = (Collection<?>) Objects.requireNonNull(answer);
    List<String> strings = new ArrayList<>(items.size());
    items.forEach(item -> strings.add(String.valueOf(item)));
    return strings;
  }
}
