package dev.holdfast.testkit.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks the {@code redis-server} that {@code org.signal:embedded-redis} carries as a resource,
 * once per JVM, to a temporary directory. Only the resource is used: its classes need Guava and
 * Commons IO, and would keep the process id from us.
 */
final class PackedFinder implements RedisFinder<RedisExecutable> {
  /** What embedded-redis 0.9.1 packs; other releases of it pack other versions. */
  private static final String VERSION = "7.0.15";

  /** The executable of this JVM; guarded by the class. */
  private static @Nullable RedisExecutable unpacked;

  private final String os;
  private final String arch;

  PackedFinder(String osName, String osArch) {
    this.os = os(osName);
    this.arch = arch(osArch);
  }

  private static String os(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.startsWith("mac") ? "darwin" : lower;
  }

  private static String arch(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> "amd64";
      case "aarch64", "arm64" -> "arm64";
      case "x86", "i386", "i586", "i686" -> "386";
      default -> name;
    };
  }

  @Override
  public RedisSource source() {
    return RedisSource.PACKED;
  }

  @Override
  public RedisExecutable find() throws RedisRefusal {
    synchronized (PackedFinder.class) {
      if (unpacked == null || !Files.isExecutable(unpacked.path())) {
        unpacked = unpack();
      }
      return unpacked;
    }
  }

  RedisExecutable unpack() throws RedisRefusal {
    String resource = "redis-server-" + VERSION + "-" + os + "-" + arch;
    Path directory = null;
    try (InputStream packed = open(resource)) {
      if (packed == null) {
        throw new RedisRefusal(
            "no resource "
                + resource
                + " on the class path: org.signal:embedded-redis 0.9.1 is absent, or has none for"
                + " this machine");
      }
      directory = Files.createTempDirectory("holdfast-redis-server-");
      directory.toFile().deleteOnExit();
      Path file = directory.resolve("redis-server");
      // in this order: at exit the last registered goes first
      file.toFile().deleteOnExit();
      Files.copy(packed, file);
      if (!file.toFile().setExecutable(true, true)) {
        throw new RedisRefusal(file + " cannot be made executable");
      }
    } catch (IOException e) {
      throw new RedisRefusal("cannot unpack " + resource + ": " + e);
    }
    try {
      return RedisExecutable.probe(directory.resolve("redis-server"), source(), directory);
    } catch (RedisRefusal refusal) {
      throw new RedisRefusal(
          refusal.reason()
              + " (if its directory is mounted noexec, set java.io.tmpdir to one that is not)");
    }
  }

  private static @Nullable InputStream open(String resource) {
    InputStream stream = PackedFinder.class.getResourceAsStream("/" + resource);
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return stream == null && context != null ? context.getResourceAsStream(resource) : stream;
  }
}
