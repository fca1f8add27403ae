package dev.holdfast.redis;

import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.EngineRefusedException.Problem;
import dev.holdfast.redis.RedisUri.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges a server by its INFO text: what must be refused, and what is warned of (or refused, in
 * strict mode). Pure, so that it can be tested on recorded texts.
 */
final class ServerCheck {
  private static final Duration MOST_OFFSET = Duration.ofSeconds(5);

  private final String address;
  private final RedisUri uri;
  private final Map<String, String> info;

  /**
   * Reads what a server says of itself.
   *
   * @param address where it is
   * @param uri what the user said it is
   */
  ServerCheck(String address, RedisUri uri, String infoText) {
    this.address = address;
    this.uri = uri;
    this.info = fields(infoText);
  }

  /** The fields of an INFO text. */
  static Map<String, String> fields(String infoText) {
    Map<String, String> info = new HashMap<>();
    for (String line : infoText.split("\r?\n")) {
      int colon = line.indexOf(':');
      if (colon > 0 && !line.startsWith("#")) {
        info.put(line.substring(0, colon), line.substring(colon + 1));
      }
    }
    return info;
  }

  /** Whether the fields are those of a replica. */
  static boolean isReplica(Map<String, String> info) {
    return "slave".equals(info.get("role")) || "replica".equals(info.get("role"));
  }

  /**
   * Refuses a server of another kind than the URI says. Comes first: a Sentinel knows few commands.
   *
   * @throws EngineRefusedException naming the right URI
   */
  void requireKind() {
    String mode = info.getOrDefault("redis_mode", "standalone");
    boolean clusterMeant = uri.topology() == Topology.CLUSTER;
    if (mode.equals("sentinel")) {
      throw wrong("is a Sentinel", Topology.SENTINEL, "#name-of-the-primary");
    } else if (mode.equals("cluster") && !clusterMeant) {
      throw wrong("is a node of a Cluster", Topology.CLUSTER, "");
    } else if (!mode.equals("cluster") && clusterMeant) {
      throw wrong("is no node of a Cluster", Topology.STANDALONE, "");
    }
  }

  /**
   * Refuses a server that cannot work, and returns what is unsafe about one that can.
   *
   * @param serverTime what the server says the time is
   * @param ownTime what this process says
   * @throws EngineRefusedException if it is too old, or a replica
   */
  List<String> judge(Instant serverTime, Instant ownTime) {
    String version = info.getOrDefault("redis_version", "");
    if (!atLeast(version, 6, 2)) {
      throw new EngineRefusedException(
          Problem.TOO_OLD,
          "Redis at " + address + " has version " + version + "; Holdfast needs 6.2 or later",
          null);
    }
    if (isReplica(info)) {
      throw new EngineRefusedException(
          Problem.READ_ONLY,
          "Redis at " + address + " is a replica and takes no writes; connect to its primary",
          null);
    }
    List<String> unsafe = new ArrayList<>();
    String policy = info.getOrDefault("maxmemory_policy", "noeviction");
    if (!policy.equals("noeviction")) {
      unsafe.add(
          "maxmemory-policy is " + policy + ", so Redis may drop jobs; set it to noeviction");
    }
    boolean appends = "1".equals(info.get("aof_enabled"));
    if (!appends) {
      unsafe.add(
          "appendonly is off, so a restart of Redis loses jobs; set appendonly yes and appendfsync"
              + " everysec");
    }
    Duration offset = Duration.between(ownTime, serverTime).abs();
    if (offset.compareTo(MOST_OFFSET) > 0) {
      unsafe.add(
          "its clock and this host's differ by "
              + offset.toSeconds()
              + " s; leases are not affected, but times shown and instants given are");
    }
    return unsafe;
  }

  private EngineRefusedException wrong(String what, Topology right, String end) {
    return new EngineRefusedException(
        Problem.WRONG_TOPOLOGY,
        "Redis at "
            + address
            + " "
            + what
            + "; use "
            + (uri.isTls() ? right.scheme().replaceFirst("redis", "rediss") : right.scheme())
            + "://"
            + address
            + end,
        null);
  }

  String version() {
    return info.getOrDefault("redis_version", "unknown");
  }

  private static boolean atLeast(String version, int major, int minor) {
    String[] parts = version.split("\\.", -1);
    try {
      int first = Integer.parseInt(parts[0]);
      int second = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
      return first > major || (first == major && second >= minor);
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
