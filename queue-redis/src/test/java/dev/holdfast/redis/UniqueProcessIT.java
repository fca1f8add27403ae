package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Holdfast;
import dev.holdfast.testkit.redis.RedisServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One job of a unique key, whoever enqueues it. */
class UniqueProcessIT {
  private final String namespace = "it-" + UUID.randomUUID();
  private final String uri = RedisServer.shared().uri();
  private final List<WorkerProcess> started = new ArrayList<>();
  @TempDir private Path directory;

  @AfterEach
  void close() {
    started.forEach(WorkerProcess::close);
  }

  @Test
  void eight_threads_in_two_processes_make_one_job_of_each_key() throws Exception {
    History history = new History(directory);
    for (int i = 0; i < 2; i++) {
      started.add(
          WorkerProcess.start(UniqueMain.class, history, uri, namespace, directory.toString()));
    }
    for (WorkerProcess process : started) {
      assertThat(process.awaitExit(60)).as(process.output()).isTrue();
    }
    List<List<String>> answers =
        history.lines().stream()
            .filter(line -> line.startsWith("SENT "))
            .map(line -> Arrays.asList(line.split(" ", -1)[2].split(",", -1)))
            .toList();
    assertThat(answers).hasSize(2 * UniqueMain.THREADS);
    for (int key = 0; key < UniqueMain.KEYS; key++) {
      int n = key;
      List<String> answersOfKey = answers.stream().map(list -> list.get(n)).toList();
      assertThat(answersOfKey).as("key %s", n).filteredOn(a -> a.startsWith("+")).hasSize(1);
      assertThat(answersOfKey.stream().map(a -> a.substring(1)).distinct())
          .as("key %s", n)
          .hasSize(1);
    }
    try (Holdfast holdfast = Holdfast.on(RedisEngine.connect(WorkerMain.options(uri, namespace)))) {
      assertThat(holdfast.queue("work").stats().ready()).isEqualTo(UniqueMain.KEYS);
    }
  }
}
