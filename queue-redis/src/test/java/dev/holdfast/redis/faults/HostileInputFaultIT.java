package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobType;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.StateReason;
import dev.holdfast.redis.RedisOptions;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.RespClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of hostile payloads and names: refused before they are sent, or parked as dead letters. */
@Isolated("starts processes and waits for what they do")
class HostileInputFaultIT extends FaultRig {
  private static final String HEADER = "n\ttest.work\t\t\t\t\n";

  @JobType(value = "test.free", queue = "work")
  record Free(@Nullable Object anything) {}

  private static Object deep(int levels) {
    Object value = "end";
    for (int i = 0; i < levels; i++) {
      value = List.of(value);
    }
    return value;
  }

  private long scriptCalls(RespClient client) {
    return client.info("commandstats").entrySet().stream()
        .filter(stat -> stat.getKey().contains("eval"))
        .mapToLong(stat -> Long.parseLong(stat.getValue().replaceAll("calls=(\\d+),.*", "$1")))
        .sum();
  }

  @Fault(
      row = 56,
      what = "payloads of 10 MB, 100,000 levels, 200,000 keys, half a surrogate pair, by the API",
      must = "a typed error before anything is sent")
  void hostile_payloads_are_refused_before_they_are_sent(Observed observed) {
    Map<String, Integer> keys = new LinkedHashMap<>();
    for (int i = 0; i < 200_000; i++) {
      keys.put("key" + i, i);
    }
    List<Object> hostile =
        List.of("x".repeat(10_000_000), deep(101), deep(100_000), keys, "half \ud800 a pair");
    try (RespClient client = redis.connect()) {
      long before = scriptCalls(client);
      for (Object anything : hostile) {
        assertThatExceptionOfType(PayloadException.class)
            .isThrownBy(() -> holdfast.enqueue(new Free(anything)));
      }
      assertThat(scriptCalls(client)).isEqualTo(before);
    }
    JobId nul = holdfast.enqueue(new Free("a\u0000b")).id();
    assertThat(status(nul).state()).isEqualTo(JobState.READY);
    observed.figure(hostile.size() + " refused, scripts called 0; NUL is text and taken");
  }

  /** Lua that makes the body of a job, so that no client needs to send it. */
  private static final Map<String, String> RAW =
      Map.of(
          "10 MB", "'{\"v\":1,\"payload\":\"' .. string.rep('x', 10000000) .. '\"}'",
          "100,000 levels", "'{\"v\":1,\"payload\":' .. string.rep('[', 100000)",
          "number of 1,000,000 digits",
              "'{\"v\":1,\"payload\":{\"number\":' .. string.rep('9', 1000000) .. '}}'",
          "NUL", "'{\"v\":1,\"payload\":{\"number\":1,\"mode\":\"a\\0b\"}}'",
          "invalid UTF-8", "'{\"v\":1,\"payload\":{\"number\":1,\"mode\":\"\\255\\254\"}}'",
          "no bytes", "''",
          "90,000 keys, cut off", "'{\"v\":1,\"payload\":{' .. string.rep('\"key\":1,', 90000)",
          "a Java serialization stream", "'\\172\\237\\0\\5sr\\0\\17java.util.HashMap'");

  @Fault(
      row = 56,
      what = "the same, and invalid UTF-8, a number of a million digits, no bytes, put into Redis",
      must = "each is dead (MALFORMED) after one claim; a worker with 128 MB lives on")
  void hostile_bodies_become_dead_letters(Observed observed) {
    Map<String, JobId> ids = new LinkedHashMap<>();
    try (RespClient client = redis.connect()) {
      RAW.forEach(
          (name, body) -> {
            JobId id = enqueue(1, "ok");
            ids.put(name, id);
            client.command(
                "EVAL",
                "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. " + body + ")",
                "1",
                NAMESPACE + ":{work}:jobs",
                id.key(),
                HEADER);
          });
    }
    JobId good = enqueue(2, "ok");
    WorkerProcess worker = worker(4);
    awaitState(good, JobState.SUCCEEDED);
    ids.forEach(
        (name, id) -> {
          awaitState(id, JobState.DEAD);
          DeadLetter letter = holdfast.deadLetters("work").read(id).orElseThrow();
          assertThat(letter.reason()).as(name).isEqualTo(StateReason.MALFORMED);
          assertThat(letter.counters().claims()).as(name).isEqualTo(1);
        });
    JobId after = enqueue(3, "ok");
    awaitState(after, JobState.SUCCEEDED);
    assertThat(worker.isAlive()).isTrue();
    assertThat(worker.output()).doesNotContain("OutOfMemoryError", "StackOverflowError");
    assertThat(history.count("BEGIN", 1)).isZero();
    observed.figure(ids.size() + " bodies parked, worker of 128 MB alive");
  }

  @Fault(
      row = 57,
      what = "payloads that name classes: @class, @type, [\"type\", {…}], a serialization stream",
      must = "they stay data; the JVM's own log shows that no such class was loaded")
  void class_names_in_payloads_load_nothing(Observed observed) throws IOException {
    List<String> gadgets =
        List.of(
            "javax.script.ScriptEngineManager",
            "javax.naming.InitialContext",
            "com.sun.rowset.JdbcRowSetImpl");
    List<JobId> ids = new ArrayList<>();
    try (RespClient client = redis.connect()) {
      for (String gadget : gadgets) {
        for (String payload :
            List.of(
                "{\"number\":7,\"mode\":\"ok\",\"@class\":\"" + gadget + "\"}",
                "{\"number\":7,\"mode\":\"ok\",\"@type\":\"" + gadget + "\"}",
                "{\"number\":7,\"mode\":[\"" + gadget + "\",{}]}",
                "[\"" + gadget + "\",{\"number\":7}]")) {
          JobId id = enqueue(7, "ok");
          ids.add(id);
          String body = HEADER + "{\"v\":1,\"payload\":" + payload + "}";
          client.command("HSET", NAMESPACE + ":{work}:jobs", id.key(), body);
        }
      }
    }
    Path loaded = directory().resolve("loaded.log");
    WorkerProcess worker =
        closing(
            WorkerProcess.start(
                List.of("-Xlog:class+load:file=" + loaded),
                dev.holdfast.redis.WorkerMain.class,
                history,
                redis.uri(),
                NAMESPACE,
                "work",
                "4",
                directory().toString()));
    for (JobId id : ids) {
      org.awaitility.Awaitility.await()
          .atMost(LONG)
          .until(() -> is(id, JobState.SUCCEEDED) || is(id, JobState.DEAD));
    }
    worker.close();
    String log = Files.readString(loaded);
    assertThat(log).contains("dev.holdfast.redis.WorkHandler");
    gadgets.forEach(gadget -> assertThat(log).doesNotContain(gadget));
    observed.figure(ids.size() + " payloads, 0 of " + gadgets.size() + " classes loaded");
  }

  @Fault(
      row = 58,
      what = "envelopes of version 0, -1, 2, 1e99, \"x\", none; one with fields of a later writer",
      must = "a later version waits for its worker, no attempt spent; garbage is dead; fields stay")
  void envelopes_of_other_versions(Observed observed) {
    JobId later = envelope("{\"v\":2,\"payload\":{\"number\":1,\"mode\":\"ok\"}}");
    List<JobId> garbage = new ArrayList<>();
    for (String version : List.of("0", "-1", "1e99", "\"x\"", "null", "[]")) {
      garbage.add(envelope("{\"v\":" + version + ",\"payload\":{\"number\":1,\"mode\":\"ok\"}}"));
    }
    garbage.add(envelope("{\"payload\":{\"number\":1,\"mode\":\"ok\"}}"));
    String added = "\"later\":{\"a\":[1,2.50,\"x\"]}";
    JobId extended =
        envelope(
            "{\"v\":1," + added + ",\"payload\":{\"number\":\"five\",\"mode\":\"ok\"},\"z\":null}");
    worker(2);

    garbage.forEach(
        id -> {
          awaitState(id, JobState.DEAD);
          assertThat(status(id).reason()).isEqualTo(StateReason.MALFORMED);
        });
    awaitState(extended, JobState.DEAD);
    String kept =
        new String(
            holdfast.deadLetters("work").read(extended).orElseThrow().body(),
            StandardCharsets.UTF_8);
    assertThat(kept).contains(added).contains("\"z\":null");
    org.awaitility.Awaitility.await()
        .atMost(LONG)
        .until(() -> status(later).counters().misses() >= 1);
    assertThat(status(later).counters().failures()).isZero();
    assertThat(status(later).reason()).isEqualTo(StateReason.MISSED);
    observed.figure(garbage.size() + " garbage versions parked, 1 later version waits");
  }

  private JobId envelope(String json) {
    JobId id = enqueue(1, "ok");
    try (RespClient client = redis.connect()) {
      client.command("HSET", NAMESPACE + ":{work}:jobs", id.key(), HEADER + json);
    }
    return id;
  }

  @Fault(
      row = 59,
      what = "names such as a}b{c, *, CR LF DEL x, 10 kB, look-alike letters, none",
      must = "refused in the process of the caller; nothing is sent")
  void hostile_names_are_refused(Observed observed) {
    List<String> names =
        List.of("a}b{c", "*", "\r\nDEL x", "x".repeat(10_000), "m\u0430il", "", " ", "a b", "a/b");
    List<String> keys = List.of("", "x".repeat(10_000), "a\r\nb", "a\u0000b");
    try (RespClient client = redis.connect()) {
      long before = scriptCalls(client);
      for (String name : names) {
        assertThatExceptionOfType(InvalidNameException.class)
            .isThrownBy(() -> holdfast.enqueue(new Free(1), EnqueueOptions.defaults().queue(name)));
        assertThatExceptionOfType(InvalidNameException.class)
            .isThrownBy(() -> holdfast.queue(name));
        assertThatExceptionOfType(InvalidNameException.class)
            .isThrownBy(() -> RedisOptions.builder(redis.uri()).namespace(name).build());
        assertThatExceptionOfType(InvalidNameException.class)
            .isThrownBy(() -> JobId.parse(name + "~0~01J9ZQ4K7MX3V5T8B2N6C1D0EF"));
      }
      for (String key : keys) {
        assertThatExceptionOfType(InvalidNameException.class)
            .isThrownBy(
                () -> holdfast.enqueue(new Free(1), EnqueueOptions.defaults().idempotencyKey(key)));
      }
      assertThat(scriptCalls(client)).isEqualTo(before);
    }
    observed.figure(names.size() + " names and " + keys.size() + " keys refused, nothing sent");
  }
}
