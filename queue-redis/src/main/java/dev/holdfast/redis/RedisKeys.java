package dev.holdfast.redis;

import dev.holdfast.spi.QueueRef;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Builds every key. All keys of a queue partition carry its hash tag, so that they share a Cluster
 * slot: {@code hf:{mail}:jobs}; partition 1 of the same queue has {@code hf:{mail:1}:jobs}.
 */
final class RedisKeys {
  /** The keys of a queue with their types; {@code docs/keys.md} says what each holds. */
  enum Key {
    JOBS("hash"),
    TRACK("hash"),
    NOTES("hash"),
    LEASES("zset"),
    DUE("zset"),
    DEAD("zset"),
    DONE("zset"),
    SKIP("hash"),
    OPS("hash"),
    SEEN("zset"),
    WORKERS("zset"),
    BELL("list"),
    META("hash"),
    HIGH("list"),
    NORMAL("list"),
    LOW("list"),
    SUSPECT("list"),
    IDEM("hash"),
    ENDS("zset"),
    UNIQUE("hash"),
    SCHEDULES("hash"),
    PLANS("hash"),
    TICKS("zset"),
    ROSTER("zset"),
    LIMITS("hash"),
    RATES("hash"),
    HOLDERS("zset"),
    PARKED("zset"),
    SEATS("hash"),
    WAKES("zset"),
    JOURNAL("hash"),
    LISTENERS("zset"),
    ENDED("zset"),
    /** One a consumer; its name ends with the consumer's. */
    ACTIVE("list"),
    /** One a lock, of no queue; see {@link #lock}. */
    LOCK("hash"),
    /** Of no queue: which ones have schedules; see {@link #queues}. */
    QUEUES("zset"),
    /** Of no queue: who subscribes to which events; see {@link #topics}. */
    TOPICS("hash");

    private final String type;

    Key(String type) {
      this.type = type;
    }

    String type() {
      return type;
    }

    private String suffix() {
      return switch (this) {
        case HIGH, NORMAL, LOW, SUSPECT -> "ready:" + name().toLowerCase(Locale.ROOT);
        case ENDS -> "idemEnds";
        case SEEN -> "opsSeen";
        default -> name().toLowerCase(Locale.ROOT);
      };
    }
  }

  private final Map<Key, byte[]> keys = new EnumMap<>(Key.class);
  private final String prefix;

  RedisKeys(String namespace, QueueRef queue) {
    String tag = queue.partition() == 0 ? queue.name() : queue.name() + ":" + queue.partition();
    this.prefix = namespace + ":{" + tag + "}:";
    for (Key key : Key.values()) {
      keys.put(key, bytes(prefix + key.suffix()));
    }
  }

  byte[] of(Key key) {
    if (key == Key.ACTIVE || key == Key.LOCK || key == Key.QUEUES || key == Key.TOPICS) {
      throw new IllegalArgumentException(key + " is no single key of a queue");
    }
    return Objects.requireNonNull(keys.get(key));
  }

  byte[] active(String consumer) {
    return bytes(prefix + "active:" + consumer);
  }

  /** The pub/sub channel of hints that a running job should end. */
  byte[] cancelChannel() {
    return bytes(prefix + "cancel");
  }

  /**
   * The one key of a lock: {@code hf:{lock:report}}. It is no key of a queue, whatever the names:
   * those go on after the brace, and this ends with it. (A lock named "1" shares the tag, and so
   * the Cluster slot, of partition 1 of a queue named "lock"; that is all they share.)
   */
  static byte[] lock(String namespace, String name) {
    return bytes(namespace + ":{lock:" + name + "}");
  }

  /**
   * The one key that tells which queues have schedules: {@code hf:{schedules}}. It is no key of a
   * queue, as that of a lock is none.
   */
  static byte[] queues(String namespace) {
    return bytes(namespace + ":{schedules}");
  }

  /** The one key that tells who subscribes to which events: {@code hf:{topics}}; of no queue. */
  static byte[] topics(String namespace) {
    return bytes(namespace + ":{topics}");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
