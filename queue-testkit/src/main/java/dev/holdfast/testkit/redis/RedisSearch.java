package dev.holdfast.testkit.redis;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks the sources in their order, takes the first that gives something, and remembers why the
 * others did not.
 */
final class RedisSearch {
  private static final String REMEDY =
      "Do one of these: set "
          + RedisServer.URL_VARIABLE
          + " to a redis:// URL; start Docker, with org.testcontainers:testcontainers on the class"
          + " path; install redis-server; put org.signal:embedded-redis:0.9.1 on the class path.";
  private static final String EXECUTABLE_REMEDY =
      "Do one of these: install redis-server; put org.signal:embedded-redis:0.9.1 on the class"
          + " path; name one with RedisServerOptions.executable(...).";

  /** The outcome of the search for the shared server; both guarded by the class. */
  private static @Nullable RedisServer shared;

  private static RedisNotFoundException.@Nullable Story failure;

  private RedisSearch() {}

  static synchronized RedisServer shared() {
    if (failure != null) {
      // kept, so that a hundred test classes do not wait a hundred times for the same refusals
      throw new RedisNotFoundException(failure);
    }
    if (shared == null) {
      try {
        shared = first("No Redis for the tests was found:", REMEDY, sharedFinders());
      } catch (RedisNotFoundException e) {
        failure = e.story();
        throw e;
      }
    }
    return shared;
  }

  static RedisExecutable executableFor(RedisServerOptions options) {
    return first(
        "No redis-server was found to start:", EXECUTABLE_REMEDY, executableFinders(options));
  }

  /** Asks each in turn. The list is a parameter so that a test can give sources that refuse. */
  static <T> T first(
      String problem, String remedy, List<? extends RedisFinder<? extends T>> finders) {
    List<RedisNotFoundException.Refusal> refusals = new ArrayList<>();
    for (RedisFinder<? extends T> finder : finders) {
      try {
        return finder.find();
      } catch (RedisRefusal refusal) {
        refusals.add(new RedisNotFoundException.Refusal(finder.source(), refusal.reason()));
      }
    }
    throw new RedisNotFoundException(problem, remedy, refusals);
  }

  private static List<RedisFinder<RedisServer>> sharedFinders() {
    return List.of(
        new UrlFinder(
            System.getProperty(RedisServer.URL_PROPERTY), System.getenv(RedisServer.URL_VARIABLE)),
        new DockerFinder(),
        new Started(path()),
        new Started(packed()));
  }

  private static List<RedisFinder<RedisExecutable>> executableFinders(RedisServerOptions options) {
    return options.executable() == null
        ? List.of(path(), packed())
        : List.of(new Given(options.executable()));
  }

  private static PathFinder path() {
    return new PathFinder(System.getenv("PATH"));
  }

  private static PackedFinder packed() {
    return new PackedFinder(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  private record Given(Path executable) implements RedisFinder<RedisExecutable> {
    @Override
    public RedisSource source() {
      return RedisSource.GIVEN;
    }

    @Override
    public RedisExecutable find() throws RedisRefusal {
      return RedisExecutable.probe(executable.toAbsolutePath(), source(), null);
    }
  }

  /** The shared server made from an executable. */
  private record Started(RedisFinder<RedisExecutable> executable)
      implements RedisFinder<RedisServer> {
    @Override
    public RedisSource source() {
      return executable.source();
    }

    @Override
    public RedisServer find() throws RedisRefusal {
      RedisExecutable found = executable.find();
      try {
        RedisProcess process = RedisProcess.start(found, RedisServerOptions.builder().build());
        return new FoundRedis(process.uri(), process.origin(), process);
      } catch (RedisStartException e) {
        throw new RedisRefusal(String.valueOf(e.getMessage()));
      }
    }
  }
}
