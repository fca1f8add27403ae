package dev.holdfast.redis;

import dev.holdfast.redis.QueueContents.Content;
import dev.holdfast.testkit.redis.RespClient;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads a queue whole, and puts it back as it was, each in one script: so a search can go back. */
final class ModelStore {
  private final RespClient redis;
  private final String prefix;
  private final String read;
  private final String write;

  ModelStore(RespClient redis, String prefix) {
    this.redis = redis;
    this.prefix = prefix;
    this.read = redis.text("SCRIPT", "LOAD", Script.read("model/read.lua"));
    this.write = redis.text("SCRIPT", "LOAD", Script.read("model/write.lua"));
  }

  QueueContents read() {
    SortedMap<String, Content> keys = new TreeMap<>();
    if (redis.command("EVALSHA", read, "0", prefix) instanceof List<?> found) {
      for (Object one : found) {
        List<?> key = (List<?>) one;
        String type = String.valueOf(key.get(1));
        List<String> items = QueueContents.strings(key.get(2));
        keys.put(
            String.valueOf(key.get(0)),
            new Content(type, type.equals("hash") ? inOrder(items) : items));
      }
    }
    return new QueueContents(keys);
  }

  /** A hash has no order, and what Redis gives depends on how it was written. */
  private static List<String> inOrder(List<String> fieldsAndValues) {
    SortedMap<String, String> pairs = new TreeMap<>();
    for (int i = 0; i < fieldsAndValues.size(); i += 2) {
      pairs.put(fieldsAndValues.get(i), fieldsAndValues.get(i + 1));
    }
    List<String> ordered = new ArrayList<>(fieldsAndValues.size());
    pairs.forEach(
        (field, value) -> {
          ordered.add(field);
          ordered.add(value);
        });
    return ordered;
  }

  void write(QueueContents contents) {
    List<String> parts = new ArrayList<>(List.of("EVALSHA", write, "0", prefix));
    contents
        .keys()
        .forEach(
            (name, content) -> {
              parts.add(name);
              parts.add(content.type());
              parts.add(Integer.toString(content.items().size()));
              parts.addAll(content.items());
            });
    redis.command(parts.toArray(new String[0]));
  }
}
