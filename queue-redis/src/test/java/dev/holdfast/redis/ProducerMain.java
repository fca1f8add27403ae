package dev.holdfast.redis;

import dev.holdfast.Holdfast;
import java.nio.file.Path;
import java.util.stream.IntStream;

/** Enqueues a long list in a process of its own. */
public final class ProducerMain {
  /** How many jobs, numbered from 0. */
  public static final int JOBS = 1_000;

  private ProducerMain() {}

  /** Arguments: uri, namespace, directory of the history. */
  public static void main(String[] args) {
    History history = new History(Path.of(args[2]));
    try (Holdfast holdfast =
        Holdfast.on(RedisEngine.connect(WorkerMain.options(args[0], args[1])))) {
      history.add("SENDS", 0, "");
      holdfast.enqueueAll(IntStream.range(0, JOBS).mapToObj(n -> new Work(n, "ok")).toList());
      history.add("SENT", 0, "");
    }
  }
}
