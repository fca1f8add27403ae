package dev.holdfast.examples.benchmark;

import com.sun.management.OperatingSystemMXBean;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where and with what the figures were measured.
 *
 * @param facts name to value, in the order they are shown
 */
record Machine(Map<String, String> facts) {
  /** Chosen, not measured: the build that starts a benchmark makes some load itself. */
  private static final double BUSY = 1.5;

  private static final Path CPUS = Path.of("/proc/cpuinfo");

  /**
   * Looks at this machine, this JVM and the Redis.
   *
   * @param redis the server that is used; null: one is started to ask it
   * @param args the command line
   */
  static Machine read(@Nullable String redis, List<String> args) throws IOException {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("command", command(args));
    facts.put("at", Pace.now().truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("processor", processor() + ", " + system.getAvailableProcessors() + " cores");
    facts.put("memory", (system.getTotalMemorySize() >> 20) + " MiB");
    facts.put("system", property("os.name") + " " + property("os.version"));
    facts.put("load before", load(system.getSystemLoadAverage()));
    facts.put("Java", property("java.vm.name") + " " + property("java.vm.version"));
    facts.put("flags", String.join(" ", flags()));
    facts.put("Redis", redisVersion(redis));
    versions().forEach((name, version) -> facts.put(String.valueOf(name), version.toString()));
    return new Machine(facts);
  }

  private static String command(List<String> args) {
    String command = "mvn -q compile exec:java -pl examples/benchmark -am";
    return args.isEmpty() ? command : command + " -Dexec.args=\"" + String.join(" ", args) + "\"";
  }

  /** Says so if others were at work, for then no figure means much. */
  static String load(double average) {
    if (average < 0) {
      return "unknown";
    }
    return String.format(Locale.ROOT, "%.2f over one minute", average)
        + (average > BUSY ? ": **the machine was busy, its figures are not to be quoted**" : "");
  }

  private static List<String> flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-D"))
        .toList();
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }

  private static String processor() throws IOException {
    if (Files.isReadable(CPUS)) {
      try (Stream<String> lines = Files.lines(CPUS)) {
        return lines
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(property("os.arch"));
      }
    }
    return property("os.arch");
  }

  private static String redisVersion(@Nullable String redis) {
    if (redis == null) {
      try (RedisServer server = RedisServer.start()) {
        return server.origin().version() + ", a fresh one for each run, on this machine";
      }
    }
    try (RespClient client = RespClient.connect(redis)) {
      return client.info("server").getOrDefault("redis_version", "unknown") + ", given by --redis";
    }
  }

  private static Properties versions() throws IOException {
    Properties versions = new Properties();
    try (InputStream file = Machine.class.getResourceAsStream("versions.properties")) {
      if (file != null) {
        versions.load(file);
      }
    }
    return versions;
  }
}
