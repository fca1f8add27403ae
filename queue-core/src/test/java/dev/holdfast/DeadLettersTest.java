package dev.holdfast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.deadletter.DeadLetterFilter;
import dev.holdfast.deadletter.DeadLetterQueue;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.Counters;
import dev.holdfast.job.Failure;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobKeys;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobStatus.Progress;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.json.AttemptJson;
import dev.holdfast.json.EnvelopeJson;
import dev.holdfast.json.ProgressJson;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredJob;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is shown of stored jobs, and that acts on all dead letters end; the store is a list. */
@Timeout(30)
class DeadLettersTest {
  private static final Instant DIED = Instant.parse("2026-03-01T10:15:30Z");
  private static final QueueRef MAIL = QueueRef.of("mail");

  private final JobKeys keys = new JobKeys(InstantSource.fixed(DIED), new Random(5));
  private final JobViews views = new JobViews(new EnvelopeJson());

  private StoredJob dead(String type, StateReason reason, byte[] envelope, byte[] raw) {
    return new StoredJob(
        keys.next(),
        type,
        JobState.DEAD,
        reason,
        DIED,
        Priority.NORMAL,
        null,
        null,
        DIED.plus(Duration.ofDays(90)),
        new Counters(5, 6, 0, 0, 0),
        null,
        false,
        ProgressJson.encode(new Progress(0.5, "half")),
        List.of(
            AttemptJson.encode(new Attempt(1, DIED, new Failure("x", "refused", ""))),
            "garbage".getBytes(UTF_8)),
        List.of("a line"),
        null,
        envelope,
        raw);
  }

  private StoredJob dead(String type) {
    byte[] envelope =
        "{\"v\":1,\"correlationId\":\"req-1\",\"headers\":{\"a\":\"b\"},\"payload\":{\"id\":7}}"
            .getBytes(UTF_8);
    return dead(type, StateReason.EXHAUSTED, envelope, null);
  }

  @Nested
  class Shown {
    @Test
    void with_payload_context_and_history() {
      DeadLetter letter = views.deadLetter(MAIL, dead("mail.welcome"));
      assertThat(letter.payload()).isEqualTo("{\"id\":7}");
      assertThat(letter.correlationId()).isEqualTo("req-1");
      assertThat(letter.headers()).isEqualTo(Map.of("a", "b"));
      assertThat(letter.diedAt()).isEqualTo(DIED);
      assertThat(letter.history()).hasSize(2);
      assertThat(letter.history().get(0).failure().message()).isEqualTo("refused");
      assertThat(letter.history().get(1).failure().message()).contains("cannot be read");
      assertThat(letter.body()).isNull();
      assertThat(letter.bodySize()).isPositive();
    }

    @Test
    void raw_where_they_cannot_be_read() {
      byte[] garbage = {0, 1, (byte) 0xFF};
      DeadLetter envelope =
          views.deadLetter(MAIL, dead("mail.welcome", StateReason.MALFORMED, garbage, null));
      assertThat(envelope.payload()).isNull();
      assertThat(envelope.body()).isEqualTo(garbage);
      assertThat(envelope.bodySize()).isEqualTo(3);
      DeadLetter header = views.deadLetter(MAIL, dead("", StateReason.MALFORMED, null, garbage));
      assertThat(header.body()).isEqualTo(garbage);
      DeadLetter payload =
          views.deadLetter(
              MAIL,
              dead(
                  "mail.welcome",
                  StateReason.MALFORMED,
                  "{\"v\":1,\"payload\":{\"id\":\"x\"}}".getBytes(UTF_8),
                  null));
      assertThat(payload.payload()).isEqualTo("{\"id\":\"x\"}");
      assertThat(payload.body()).isNotNull();
      DeadLetter missing = views.deadLetter(MAIL, dead("", StateReason.MISSING, null, null));
      assertThat(missing.body()).isNull();
      assertThat(missing.bodySize()).isZero();
    }

    @Test
    void as_a_status_too() {
      JobStatus status = views.status(MAIL, dead("mail.welcome"));
      assertThat(status.progress()).isEqualTo(new Progress(0.5, "half"));
      assertThat(status.correlationId()).isEqualTo("req-1");
      assertThat(status.lastFailure()).isPresent();
      assertThat(status.log()).containsExactly("a line");
      assertThat(status.phase()).isEqualTo(JobState.Phase.FAILED);
    }
  }

  @Nested
  class AllOfThem {
    /** The dead letters, the one that expires last first. */
    private final List<StoredJob> letters = new ArrayList<>();

    private final List<String> acts = new ArrayList<>();
    private boolean dieAgain;

    private final Control control =
        (Control)
            Proxy.newProxyInstance(
                Control.class.getClassLoader(),
                new Class<?>[] {Control.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "list" -> page((String) arguments[2], (int) arguments[3]);
                      case "redrive" -> act((String) arguments[1], dieAgain);
                      case "deleteDead" -> act((String) arguments[1], false);
                      default -> throw new AssertionError(method);
                    });

    private final DeadLetterQueue queue = new EngineDeadLetterQueue(MAIL, () -> control, views);

    private Page<StoredJob> page(String cursor, int size) {
      int from = cursor == null ? 0 : Integer.parseInt(cursor);
      int to = Math.min(letters.size(), from + size);
      return new Page<>(letters.subList(from, to), to < letters.size() ? String.valueOf(to) : null);
    }

    private ActReply act(String key, boolean diesAgain) {
      acts.add(key);
      StoredJob job = letters.stream().filter(l -> l.key().equals(key)).findAny().orElseThrow();
      letters.remove(job);
      if (diesAgain) {
        letters.add(0, job);
      }
      return ActReply.DONE;
    }

    private void fill(int count) {
      for (int i = 0; i < count; i++) {
        letters.add(dead(i % 10 == 0 ? "other" : "mail.welcome"));
      }
    }

    @Test
    void are_redriven_once_each_the_oldest_first_though_they_die_again() {
      fill(450);
      dieAgain = true;
      List<String> before = letters.stream().map(StoredJob::key).toList();
      assertThat(queue.redriveAll(DeadLetterFilter.all(), 100_000)).isEqualTo(450);
      assertThat(acts).doesNotHaveDuplicates().hasSize(450);
      assertThat(acts.get(0)).isEqualTo(before.get(449));
      assertThat(letters).hasSize(450);
    }

    @Test
    void that_fit_are_purged_and_no_others() {
      fill(450);
      assertThat(queue.purgeAll(DeadLetterFilter.ofType("other"))).isEqualTo(45);
      assertThat(letters).hasSize(405).allMatch(letter -> letter.type().equals("mail.welcome"));
    }

    @Test
    void are_redriven_no_faster_than_asked() {
      fill(11);
      long start = System.nanoTime();
      assertThat(queue.redriveAll(DeadLetterFilter.all(), 100)).isEqualTo(11);
      assertThat(System.nanoTime() - start)
          .isGreaterThanOrEqualTo(Duration.ofMillis(100).toNanos());
    }

    @Test
    void are_left_when_interrupted_which_is_kept() {
      fill(10);
      Thread.currentThread().interrupt();
      assertThat(queue.redriveAll(DeadLetterFilter.all(), 1)).isZero();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(acts).isEmpty();
    }

    @Test
    void leave_out_what_is_no_key_of_a_job() {
      fill(2);
      StoredJob model = letters.get(0);
      letters.add(
          new StoredJob(
              "DEL x\r\n",
              model.type(),
              model.state(),
              model.reason(),
              model.since(),
              model.priority(),
              null,
              null,
              null,
              model.counters(),
              null,
              false,
              null,
              List.of(),
              List.of(),
              null,
              null,
              null));
      assertThat(queue.list(null, 10).items()).hasSize(2);
      assertThat(queue.list(null, 10).items().get(0).id())
          .isEqualTo(new JobId("mail", 0, model.key()));
    }
  }
}
