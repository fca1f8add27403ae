package dev.holdfast.examples.benchmark;

import dev.holdfast.testkit.redis.RespClient;
import java.util.Map;
import java.util.Set;

/**
 * What Redis has spent so far, as its INFO tells; two of them make a cost.
 *
 * @param cpuMicros processor time of its process, user and system
 * @param scriptCalls EVALSHA and EVAL
 * @param sent commands that came from clients, calls of scripts among them
 * @param executed commands, those inside scripts among them
 * @param bytesIn bytes from clients
 * @param bytesOut bytes to clients
 * @param memory bytes in use
 */
record RedisCost(
    double cpuMicros,
    long scriptCalls,
    long sent,
    long executed,
    long bytesIn,
    long bytesOut,
    long memory) {

  private static final Set<String> CALLS = Set.of("evalsha", "eval", "fcall");

  /**
   * What a script of ours never calls, so that every call of it came from a client. INFO counts
   * commands inside and outside scripts together.
   */
  private static final Set<String> ONLY_FROM_CLIENTS =
      Set.of(
          "blpop",
          "brpop",
          "blmove",
          "client",
          "script",
          "hello",
          "auth",
          "select",
          "ping",
          "subscribe",
          "unsubscribe",
          "info",
          "command",
          "wait",
          "readonly");

  /** Reads it, with one INFO. */
  static RedisCost read(RespClient redis) {
    return of(redis.info("everything"));
  }

  static RedisCost of(Map<String, String> info) {
    long calls = 0;
    long others = 0;
    for (Map.Entry<String, String> field : info.entrySet()) {
      if (field.getKey().startsWith("cmdstat_")) {
        String command = field.getKey().substring("cmdstat_".length()).split("\\|", 2)[0];
        if (CALLS.contains(command)) {
          calls += callsIn(field.getValue());
        } else if (ONLY_FROM_CLIENTS.contains(command)) {
          others += callsIn(field.getValue());
        }
      }
    }
    double seconds = number(info, "used_cpu_user") + number(info, "used_cpu_sys");
    return new RedisCost(
        seconds * 1e6,
        calls,
        calls + others,
        (long) number(info, "total_commands_processed"),
        (long) number(info, "total_net_input_bytes"),
        (long) number(info, "total_net_output_bytes"),
        (long) number(info, "used_memory"));
  }

  /** What was spent from then to this; the INFO in between is not counted. */
  RedisCost since(RedisCost then) {
    return new RedisCost(
        cpuMicros - then.cpuMicros,
        scriptCalls - then.scriptCalls,
        Math.max(0, sent - then.sent - 1),
        Math.max(0, executed - then.executed - 1),
        bytesIn - then.bytesIn,
        bytesOut - then.bytesOut,
        memory - then.memory);
  }

  /** The figures of a cost. */
  Sample perJob(int jobs) {
    return Sample.EMPTY
        .with(Figure.REDIS_CPU, cpuMicros / jobs)
        .with(Figure.ROUND_TRIPS, scriptCalls / (double) jobs)
        .with(Figure.SENT, sent / (double) jobs)
        .with(Figure.COMMANDS, executed / (double) jobs)
        .with(Figure.BYTES_IN, bytesIn / (double) jobs)
        .with(Figure.BYTES_OUT, bytesOut / (double) jobs);
  }

  private static double number(Map<String, String> info, String field) {
    return Double.parseDouble(info.getOrDefault(field, "0"));
  }

  /** The number in {@code calls=12,usec=34,...}. */
  private static long callsIn(String statistics) {
    return Long.parseLong(statistics.substring("calls=".length(), statistics.indexOf(',')));
  }
}
