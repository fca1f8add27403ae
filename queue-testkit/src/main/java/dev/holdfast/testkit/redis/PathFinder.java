package dev.holdfast.testkit.redis;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Looks for {@code redis-server} on the {@code PATH}. */
record PathFinder(@Nullable String path) implements RedisFinder<RedisExecutable> {
  @Override
  public RedisSource source() {
    return RedisSource.PATH;
  }

  @Override
  public RedisExecutable find() throws RedisRefusal {
    Path file =
        RedisExecutable.onPath(path, "redis-server")
            .orElseThrow(
                () -> new RedisRefusal("no directory of the PATH has an executable of that name"));
    return RedisExecutable.probe(file, source(), null);
  }
}
