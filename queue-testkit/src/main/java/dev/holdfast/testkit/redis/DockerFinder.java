package dev.holdfast.testkit.redis;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts a container, when Testcontainers is on the class path and a Docker engine answers. */
final class DockerFinder implements RedisFinder<RedisServer> {
  /** Long enough to fetch an image of some 15 MB over a slow line. Chosen, not measured. */
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

  private final String testcontainersClass;
  private final DockerEngine engine;

  DockerFinder() {
    this("org.testcontainers.containers.GenericContainer", DockerEngine.ofThisMachine());
  }

  DockerFinder(String testcontainersClass, DockerEngine engine) {
    this.testcontainersClass = testcontainersClass;
    this.engine = engine;
  }

  @Override
  public RedisSource source() {
    return RedisSource.DOCKER;
  }

  @Override
  public RedisServer find() throws RedisRefusal {
    try {
      Class.forName(testcontainersClass, false, DockerFinder.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError absent) {
      throw new RedisRefusal("Testcontainers is not on the class path");
    }
    engine.requireAnswer();
    return startedInTime();
  }

  private static RedisServer startedInTime() throws RedisRefusal {
    // DockerRedis is the only class that needs Testcontainers to load, and is first touched in this
    // lambda
    FutureTask<RedisServer> start = new FutureTask<>(() -> DockerRedis.start());
    Thread thread = new Thread(start, "holdfast-docker-start");
    thread.setDaemon(true);
    thread.start();
    try {
      return start.get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new RedisRefusal("the container does not start: " + rootMessage(e));
    } catch (TimeoutException e) {
      throw new RedisRefusal(
          "the container did not start within " + START_TIMEOUT.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RedisRefusal("interrupted while the container started");
    } finally {
      start.cancel(true);
    }
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getClass().getSimpleName() + ": " + root.getMessage();
  }
}
