package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Idempotency;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.NewJob.Ties;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Runs.ForkReply;
import dev.holdfast.spi.StoredJob;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A run that begins where another one stood. */
public abstract class ForkContract extends RunJobs {
  private ForkReply fork(String key, String copy, int entries) {
    return runs().fork(queue(), key, copy, entries);
  }

  private String forked(String key, int entries) {
    String copy = key();
    assertThat(fork(key, copy, entries)).isEqualTo(ForkReply.DONE);
    return copy;
  }

  @Test
  void a_copy_begins_with_the_first_entries_and_all_messages() {
    Claim claim = writing("a", "b");
    String key = claim.held().key();
    Instant first = now();
    deliver(key, "m1");
    advance(Duration.ofSeconds(1));
    write(claim, 2, "c");
    deliver(key, "m2");
    Instant second = now();
    taker().settle(claim, buried(StateReason.EXHAUSTED));
    advance(Duration.ofSeconds(1));

    String copy = forked(key, 2);
    Journal journal = journal(copy);
    assertThat(entries(journal)).containsExactly("a", "b");
    assertThat(journal.entries()).extracting(Journal.Entry::at).containsExactly(first, first);
    assertThat(journal.messages()).extracting(Journal.Message::id).containsExactly("m1", "m2");
    assertThat(journal.messages()).extracting(Journal.Message::at).containsExactly(first, second);
    assertThat(text(journal.messages().get(1).bytes())).isEqualTo("of m2");
    assertThat(entries(key)).containsExactly("a", "b", "c");
    assertThat(state(key)).isEqualTo(JobState.DEAD);

    Claim next = taker().claimOne();
    assertThat(next.held().key()).isEqualTo(copy);
    assertThat(entries(Objects.requireNonNull(next.journal()))).containsExactly("a", "b");
    write(next, 2, "x");
    assertThat(entries(copy)).containsExactly("a", "b", "x");
    assertThat(entries(key)).containsExactly("a", "b", "c");
  }

  @Test
  void a_copy_is_a_new_job_that_is_ready() {
    NewJob job =
        new NewJob(
            key(),
            "test.fork",
            Priority.HIGH,
            Start.NOW,
            null,
            null,
            "tenant",
            1,
            false,
            bytes("{\"f\":1}"));
    enqueue(job);
    claimAndSettle(buried(StateReason.EXHAUSTED));
    advance(Duration.ofSeconds(1));
    StoredJob copy = stored(forked(job.key(), 0));

    assertThat(copy.type()).isEqualTo("test.fork");
    assertThat(copy.state()).isEqualTo(JobState.READY);
    assertThat(copy.reason()).isEqualTo(StateReason.ENQUEUED);
    assertThat(copy.priority()).isEqualTo(Priority.HIGH);
    assertThat(copy.counters()).isEqualTo(new Counters(0, 0, 0, 0, 0));
    assertThat(copy.attempts()).isEmpty();
    assertThat(text(copy.envelope())).isEqualTo("{\"f\":1}");
    Claim claim = taker().claimOne();
    assertThat(claim.held().key()).isEqualTo(copy.key());
    assertThat(claim.type()).isEqualTo("test.fork");
    assertThat(claim.journal()).isNull();
    assertThat(text(claim.envelope())).isEqualTo("{\"f\":1}");
    assertThat(claim.waited()).isZero();
  }

  @Test
  void a_copy_counts_for_the_limit_of_its_key() {
    control().limit(queue(), LimitScope.key("tenant"), Limit.concurrency(1));
    NewJob job =
        new NewJob(
            key(), TYPE, Priority.NORMAL, Start.NOW, null, null, "tenant", 1, false, bytes("{}"));
    enqueue(job);
    taker().claimOne();
    String copy = forked(job.key(), 0);
    assertThat(taker().claim(1)).isEmpty();
    assertThat(stored(copy).state()).isEqualTo(JobState.PARKED);
  }

  @Test
  void a_job_in_any_state_that_has_its_body_can_be_copied() {
    Claim active = writing("a");
    String suspended = suspendedRun(NEVER);
    for (String key :
        List.of(active.held().key(), suspended, deadJob(), scheduledJob(), enqueueOne())) {
      JobState before = state(key);
      assertThat(state(forked(key, 0))).isEqualTo(JobState.READY);
      assertThat(state(key)).isEqualTo(before);
    }
    write(active, 1, "b");
  }

  @Test
  void a_job_without_its_body_cannot_be_copied() {
    for (String key : List.of(succeededJob(), cancelledJob(), key())) {
      String copy = key();
      assertThat(fork(key, copy, 0)).isEqualTo(ForkReply.NOT_FOUND);
      assertThat(control().find(queue(), copy)).isEmpty();
    }
  }

  @Test
  void a_copy_cannot_begin_with_more_entries_than_there_are() {
    Claim claim = writing("a");
    String copy = key();
    assertThat(fork(claim.held().key(), copy, 2)).isEqualTo(ForkReply.TOO_FEW);
    assertThat(control().find(queue(), copy)).isEmpty();
    assertThat(entries(copy)).isEmpty();
    assertThat(fork(enqueueOne(), copy, 1)).isEqualTo(ForkReply.TOO_FEW);
    assertThat(fork(claim.held().key(), copy, 1)).isEqualTo(ForkReply.DONE);
  }

  @Test
  void a_fork_that_is_repeated_makes_one_copy() {
    Claim claim = writing("a");
    String copy = forked(claim.held().key(), 1);
    assertThat(fork(claim.held().key(), copy, 1)).isEqualTo(ForkReply.DONE);
    assertThat(stats().ready()).isEqualTo(1);
    assertThat(entries(copy)).containsExactly("a");
    claimAndSettle(succeeded());
    taker().settle(claim, succeeded());
    assertThat(fork(claim.held().key(), copy, 1)).isEqualTo(ForkReply.DONE);
    assertThat(state(copy)).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void a_copy_listens_for_all_that_its_original_listened_for() {
    String key = enqueue(listening("s")).get(0);
    Claim claim = taker().claimOne();
    append(claim, new Append(0, List.of(bytes("a"), bytes("b")), List.of("t")));
    taker().settle(claim, buried(StateReason.EXHAUSTED));
    String copy = forked(key, 1);
    spread("s", "m1");
    spread("t", "m2");
    assertThat(messages(copy)).containsExactly("m1", "m2");
    assertThat(messages(key)).isEmpty();
  }

  @Test
  void a_copy_has_neither_parent_nor_keys() {
    String child =
        enqueue(tied(new Ties(List.of(), "flows~0~01ARZ3NDEKTSV4RRFFQ69G5FAV", false))).get(0);
    taker().claimOne();
    forked(child, 0);
    claimAndSettle(succeeded());
    assertThat(runs().ended(queue())).isEmpty();

    NewJob keyed =
        new NewJob(
            key(),
            TYPE,
            Priority.NORMAL,
            Start.NOW,
            new Idempotency("name", Duration.ofHours(1)),
            Uniqueness.untilFinished("k"),
            false,
            bytes("{}"));
    enqueue(keyed);
    String copy = forked(keyed.key(), 0);
    control().delete(queue(), keyed.key());
    NewJob same =
        new NewJob(
            key(),
            TYPE,
            Priority.NORMAL,
            Start.NOW,
            new Idempotency("name", Duration.ofHours(1)),
            Uniqueness.untilFinished("k"),
            false,
            bytes("{}"));
    assertThat(enqueueAll(queue(), 10_000_000, List.of(same)).get(0).verdict())
        .isEqualTo(Verdict.CREATED);
    cancel(copy);
    assertThat(
            enqueueAll(
                    queue(),
                    10_000_000,
                    List.of(
                        new NewJob(
                            key(),
                            TYPE,
                            Priority.NORMAL,
                            Start.NOW,
                            null,
                            Uniqueness.untilFinished("k"),
                            false,
                            bytes("{}"))))
                .get(0)
                .verdict())
        .isEqualTo(Verdict.EXISTING_UNIQUE_KEY);
  }

  @Test
  void a_copy_of_a_suspended_run_waits_for_what_it_says_itself() {
    String key = suspendedRun(1);
    String copy = forked(key, 1);
    deliver(key, "m1");
    assertThat(messages(copy)).isEmpty();
    Claim claim = taker().claimOne();
    assertThat(claim.held().key()).isEqualTo(copy);
    taker().settle(claim, new Outcome.Suspended(lines(1, "b"), null, null, 2, false));
    deliver(copy, "m1");
    assertThat(state(copy)).isEqualTo(JobState.WAITING);
  }

  @Test
  void a_large_journal_is_copied_whole() {
    enqueueOne();
    Claim claim = taker().claimOne();
    for (int i = 0; i < 20; i++) {
      write(claim, i, i + "x".repeat(100 * KIB));
    }
    String copy = forked(claim.held().key(), 19);
    List<String> copied = entries(copy);
    assertThat(copied).hasSize(19);
    assertThat(copied.get(18)).isEqualTo(18 + "x".repeat(100 * KIB));
  }
}
