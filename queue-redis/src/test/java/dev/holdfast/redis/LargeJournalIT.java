package dev.holdfast.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs.Delivery;
import dev.holdfast.spi.Runs.ForkReply;
import dev.holdfast.spi.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Journals of thousands of parts: no call does all the work, and in the end all of it is done. */
final class LargeJournalIT {
  private static final int PARTS = 4_500;

  private RedisHarness harness;
  private Engine engine;
  private QueueRef queue;
  private long turns;

  @BeforeEach
  void open() {
    harness = RedisHarness.open();
    engine = harness.engine();
    queue = harness.freshQueue();
    engine.claiming().open(queue);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private List<Claim> turn(int room, Settlement... done) {
    return EngineCalls.turn(engine, queue, "w1", ++turns, room, done).claims();
  }

  /** A claimed run that listens for a subject, and has written and was sent so many parts. */
  private Claim large() {
    EngineCalls.enqueue(engine, queue, listening());
    Claim claim = turn(1).get(0);
    List<byte[]> entries =
        IntStream.range(0, PARTS - 500).mapToObj(i -> Integer.toString(i).getBytes(UTF_8)).toList();
    Append append = new Append(0, entries, List.of());
    assertThat(
            EngineCalls.await(engine.runs().append(queue, claim.held(), EngineCalls.LEASE, append))
                .standing())
        .isTrue();
    for (int i = 0; i < 500; i++) {
      assertThat(engine.runs().deliver(queue, claim.held().key(), "m" + i, new byte[] {'x'}))
          .isEqualTo(Delivery.DELIVERED);
    }
    return claim;
  }

  private static NewJob listening() {
    NewJob job = EngineCalls.job();
    return new NewJob(
        job.key(),
        job.type(),
        Priority.NORMAL,
        job.start(),
        null,
        null,
        null,
        1,
        new NewJob.Ties(List.of("subject"), null, false),
        false,
        job.envelope());
  }

  private long fields() {
    return (Long) harness.redis().command("HLEN", harness.key(queue, "journal"));
  }

  private boolean listens() {
    return (Long) harness.redis().command("EXISTS", harness.key(queue, "listeners")) == 1;
  }

  private void everythingGoesWithIdleTurns(long atFirst) {
    assertThat(fields()).isPositive().isGreaterThan(atFirst - 2_600);
    for (int i = 0; i < 3; i++) {
      turn(0);
    }
    assertThat(fields()).isZero();
    assertThat(listens()).isFalse();
    assertThat(engine.control().stats(queue).done()).isZero();
    harness.verify(queue);
  }

  @Test
  void retention_takes_one_away_in_several_turns_and_its_job_with_the_last() {
    Claim claim = large();
    turn(0, EngineCalls.succeeded(claim.held()));
    long before = fields();
    harness.advance(Retention.STANDARD.done().plusSeconds(1));
    turn(0);
    assertThat(engine.control().find(queue, claim.held().key())).isPresent();
    everythingGoesWithIdleTurns(before);
    assertThat(engine.control().find(queue, claim.held().key())).isEmpty();
  }

  @Test
  void a_deleted_run_is_gone_at_once_and_its_journal_follows() {
    Claim claim = large();
    turn(0, new Settlement(claim.held(), new Outcome.Snoozed(Duration.ofHours(1))));
    long before = fields();
    String key = claim.held().key();

    assertThat(engine.control().delete(queue, key)).isEqualTo(ActReply.DONE);

    assertThat(engine.control().find(queue, key)).isEmpty();
    assertThat(engine.runs().read(queue, key).entries()).isEmpty();
    assertThat(engine.runs().deliver(queue, key, "late", new byte[1]))
        .isEqualTo(Delivery.NOT_FOUND);
    assertThat(engine.control().list(queue, JobState.SUCCEEDED, null, 10).items()).isEmpty();
    everythingGoesWithIdleTurns(before);
  }

  @Test
  void a_purged_run_is_gone_at_once_and_its_journal_follows() {
    Claim claim = large();
    turn(0, new Settlement(claim.held(), new Outcome.Snoozed(Duration.ofHours(1))));
    long before = fields();
    assertThat(engine.control().purge(queue)).isEqualTo(1);
    assertThat(engine.control().find(queue, claim.held().key())).isEmpty();
    everythingGoesWithIdleTurns(before);
  }

  @Test
  void it_is_handed_out_apart_and_read_whole() {
    Claim claim = large();
    turn(0, new Settlement(claim.held(), new Outcome.Released()));
    Journal inClaim = turn(1).get(0).journal();
    assertThat(inClaim).isNotNull().extracting(Journal::whole).isEqualTo(false);
    Journal all = engine.runs().read(queue, claim.held().key());
    assertThat(all.entries()).hasSize(PARTS - 500);
    assertThat(new String(all.entries().get(3_999).bytes(), UTF_8)).isEqualTo("3999");
    assertThat(all.messages()).hasSize(500);
    assertThat(all.messages().get(499).id()).isEqualTo("m499");
  }

  @Test
  void a_copy_is_made_in_several_calls_and_is_no_job_until_the_last() {
    Claim claim = large();
    String copy = EngineCalls.job().key();
    assertThat(engine.runs().fork(queue, claim.held().key(), copy, 3_000))
        .isEqualTo(ForkReply.DONE);
    Journal copied = engine.runs().read(queue, copy);
    assertThat(copied.entries()).hasSize(3_000);
    assertThat(copied.messages()).hasSize(500);
    assertThat(engine.control().stats(queue).done()).isZero();
    harness.verify(queue);
  }
}
