package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Runs.AppendReply;
import dev.holdfast.spi.Settled;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a run has written down: who may write, where it goes, when it is handed out and dropped. */
public abstract class JournalContract extends RunJobs {
  private static final Duration STEP = Duration.ofSeconds(1);

  private static Journal journalOf(Claim claim) {
    return Objects.requireNonNull(claim.journal(), "the claim has no journal");
  }

  private Claim again(Claim claim, Outcome outcome) {
    assertThat(taker().settle(claim, outcome)).isEqualTo(Settled.DONE);
    Claim next = taker().claimOne();
    assertThat(next.held().key()).isEqualTo(claim.held().key());
    return next;
  }

  // Writing.

  @Test
  void entries_are_kept_in_order_with_their_instants() {
    Claim claim = writing("a", "b");
    Instant first = now();
    advance(STEP);
    AppendReply reply = write(claim, 2, "c");

    assertThat(reply.at()).isEqualTo(now());
    Journal journal = journal(claim.held().key());
    assertThat(entries(journal)).containsExactly("a", "b", "c");
    assertThat(journal.entries())
        .extracting(Journal.Entry::at)
        .containsExactly(first, first, now());
    assertThat(journal.messages()).isEmpty();
    assertThat(journal.whole()).isTrue();
  }

  @Test
  void bytes_come_back_as_they_were_written() {
    enqueueOne();
    Claim claim = taker().claimOne();
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    append(claim, new Append(0, List.of(all, new byte[0], bytes("ü\t\n\r\0")), List.of()));

    assertThat(journal(claim.held().key()).entries())
        .extracting(Journal.Entry::bytes)
        .containsExactly(all, new byte[0], bytes("ü\t\n\r\0"));
    Claim next = again(claim, new Outcome.Released());
    assertThat(journalOf(next).entries()).extracting(Journal.Entry::bytes).contains(all);
  }

  @Test
  void an_append_makes_the_lease_longer() {
    enqueueOne();
    Claim claim = taker().lease(PERIOD).claimOne();
    advance(PERIOD.minus(STEP));
    write(claim, 0, "a");
    passReaping(TurnTaker.LEASE.minus(STEP));
    assertThat(state(claim.held().key())).isEqualTo(JobState.ACTIVE);
    passReaping(PERIOD.multipliedBy(2));
    assertThat(state(claim.held().key())).isEqualTo(JobState.READY);
  }

  @Test
  void an_append_of_nothing_makes_the_lease_longer_and_writes_nothing() {
    Claim claim = writing("a");
    advance(TurnTaker.LEASE.minus(STEP));
    AppendReply reply = append(claim, Append.nothing(1));
    assertThat(reply).isEqualTo(new AppendReply(true, now(), 0, false));
    passReaping(TurnTaker.LEASE.minus(STEP));
    assertThat(state(claim.held().key())).isEqualTo(JobState.ACTIVE);
    assertThat(entries(claim.held().key())).containsExactly("a");
  }

  @Test
  void an_append_that_is_repeated_writes_nothing_and_tells_the_first_instant() {
    Claim claim = writing("a");
    advance(STEP);
    AppendReply first = write(claim, 1, "b", "c");
    advance(STEP);
    AppendReply second = write(claim, 1, "b", "c");

    assertThat(second).isEqualTo(first);
    assertThat(entries(claim.held().key())).containsExactly("a", "b", "c");
  }

  @Test
  void an_append_of_which_a_part_is_there_adds_the_rest() {
    Claim claim = writing("a", "b");
    advance(STEP);
    assertThat(write(claim, 1, "b", "c").at()).isEqualTo(now());

    Journal journal = journal(claim.held().key());
    assertThat(entries(journal)).containsExactly("a", "b", "c");
    assertThat(journal.entries().get(1).at()).isEqualTo(now().minus(STEP));
    assertThat(journal.entries().get(2).at()).isEqualTo(now());
  }

  @Test
  void an_append_of_other_bytes_at_a_place_that_is_taken_is_refused_whole() {
    Claim claim = writing("a", "b");
    assertThat(append(claim, lines(1, "x")).standing()).isFalse();
    assertThat(append(claim, lines(1, "x", "c")).standing()).isFalse();
    assertThat(append(claim, lines(0, "a", "x", "c")).standing()).isFalse();
    assertThat(entries(claim.held().key())).containsExactly("a", "b");
    write(claim, 2, "c");
  }

  @Test
  void an_append_that_would_leave_a_gap_is_refused() {
    Claim claim = writing("a");
    assertThat(append(claim, lines(2, "c")).standing()).isFalse();
    assertThat(append(claim, Append.nothing(2)).standing()).isFalse();
    assertThat(entries(claim.held().key())).containsExactly("a");
  }

  @Test
  void a_refused_append_does_not_make_the_lease_longer() {
    Claim claim = writing("a");
    advance(TurnTaker.LEASE.minus(STEP));
    append(claim, lines(0, "x"));
    passReaping(PERIOD);
    assertThat(state(claim.held().key())).isEqualTo(JobState.READY);
  }

  @Test
  void the_answer_says_how_many_messages_there_are_and_whether_a_cancel_was_asked_for() {
    Claim claim = writing("a");
    deliver(claim.held().key(), "m1");
    deliver(claim.held().key(), "m2");
    assertThat(write(claim, 1, "b").messages()).isEqualTo(2);
    assertThat(write(claim, 2, "c").cancelRequested()).isFalse();

    cancel(claim.held().key());
    assertThat(write(claim, 3, "d")).isEqualTo(new AppendReply(true, now(), 2, true));
  }

  // Who may write.

  @Test
  void only_the_holder_of_the_claim_writes() {
    Claim claim = writing("a");
    Held other = new Held(claim.held().key(), new ClaimToken(1, "0123456789abcdef"));
    AppendReply refused = await(runs().append(queue(), other, TurnTaker.LEASE, lines(1, "b")));
    assertThat(refused.standing()).isFalse();
    AppendReply unknown =
        await(
            runs()
                .append(
                    queue(),
                    new Held(key(), claim.held().token()),
                    TurnTaker.LEASE,
                    lines(0, "b")));
    assertThat(unknown.standing()).isFalse();
    assertThat(entries(claim.held().key())).containsExactly("a");
  }

  @Test
  void a_claim_whose_lease_is_over_writes_until_it_is_reaped() {
    Claim claim = writing("a");
    advance(TurnTaker.LEASE.plus(STEP));
    write(claim, 1, "b");
    passReaping(TurnTaker.LEASE);
    assertThat(state(claim.held().key())).isEqualTo(JobState.READY);

    assertThat(append(claim, lines(2, "c")).standing()).isFalse();
    Claim next = taker("w2").claimOne();
    assertThat(append(claim, lines(2, "c")).standing()).isFalse();
    // Even what is there already.
    assertThat(append(claim, lines(1, "b")).standing()).isFalse();
    assertThat(entries(journalOf(next))).containsExactly("a", "b");
    write(next, 2, "d");
    assertThat(entries(claim.held().key())).containsExactly("a", "b", "d");
  }

  @Test
  void a_claim_that_was_settled_writes_no_more() {
    List<Outcome> outcomes =
        List.of(
            succeeded(),
            buried(StateReason.EXHAUSTED),
            new Outcome.Discarded(),
            retry(Duration.ofHours(1)),
            waiting(Append.nothing(1)));
    for (Outcome outcome : outcomes) {
      Claim claim = writing("a");
      assertThat(taker().settle(claim, outcome)).isEqualTo(Settled.DONE);
      assertThat(append(claim, lines(1, "b")).standing()).as("%s", outcome).isFalse();
      assertThat(entries(claim.held().key())).containsExactly("a");
    }
  }

  // Handing it out.

  @Test
  void a_job_that_has_written_nothing_and_was_sent_nothing_has_no_journal() {
    String key = enqueueOne();
    assertThat(taker().claimOne().journal()).isNull();
    assertThat(journal(key).entries()).isEmpty();
    assertThat(journal(key).messages()).isEmpty();
    assertThat(journal(key).whole()).isTrue();
    assertThat(journal(key()).entries()).isEmpty();
  }

  @Test
  void the_journal_comes_with_the_next_claim() {
    Claim claim = writing("a");
    Instant first = now();
    advance(STEP);
    write(claim, 1, "b");
    deliver(claim.held().key(), "m1");
    Instant second = now();
    advance(STEP);

    for (Outcome outcome :
        List.of(retry(Duration.ZERO), new Outcome.Snoozed(Duration.ZERO), new Outcome.Released())) {
      claim = again(claim, outcome);
      Journal journal = journalOf(claim);
      assertThat(journal.whole()).isTrue();
      assertThat(entries(journal)).containsExactly("a", "b");
      assertThat(journal.entries()).extracting(Journal.Entry::at).containsExactly(first, second);
      assertThat(journal.messages()).hasSize(1);
      Journal.Message message = journal.messages().get(0);
      assertThat(message.id()).isEqualTo("m1");
      assertThat(message.at()).isEqualTo(second);
      assertThat(text(message.bytes())).isEqualTo("of m1");
    }
  }

  @Test
  void a_journal_survives_a_crash() {
    Claim claim = writing("a");
    passReaping(TurnTaker.LEASE);
    Claim next = taker("w2").claimOne();
    assertThat(next.held().key()).isEqualTo(claim.held().key());
    assertThat(entries(journalOf(next))).containsExactly("a");
    write(next, 1, "b");
  }

  @Test
  void a_turn_whose_answer_was_lost_brings_the_journal_again() {
    Claim claim = writing("a");
    taker().settle(claim, retry(Duration.ZERO));
    taker().claimOne();
    List<Claim> again = taker().repeat(List.of(), 1).claims();
    assertThat(again).hasSize(1);
    assertThat(entries(journalOf(again.get(0)))).containsExactly("a");
  }

  @Test
  void a_journal_of_more_than_64_kib_is_read_apart() {
    Claim small = writing("x".repeat(60 * KIB));
    small = again(small, retry(Duration.ZERO));
    assertThat(journalOf(small).whole()).isTrue();
    assertThat(entries(journalOf(small))).containsExactly("x".repeat(60 * KIB));

    write(small, 1, "y".repeat(5 * KIB));
    deliver(small.held().key(), "m1");
    Claim large = again(small, retry(Duration.ZERO));
    Journal none = journalOf(large);
    assertThat(none.whole()).isFalse();
    assertThat(none.entries()).isEmpty();
    assertThat(none.messages()).isEmpty();
    Journal all = journal(large.held().key());
    assertThat(all.whole()).isTrue();
    assertThat(entries(all)).containsExactly("x".repeat(60 * KIB), "y".repeat(5 * KIB));
    assertThat(all.messages()).hasSize(1);
  }

  @Test
  void many_messages_count_for_the_size_of_a_journal() {
    String key = enqueueOne();
    for (int i = 0; i < 8; i++) {
      runs().deliver(queue(), key, "m" + i, bytes("x".repeat(10 * KIB)));
    }
    assertThat(journalOf(taker().claimOne()).whole()).isFalse();
    assertThat(messages(key)).hasSize(8);
  }

  @Test
  void journals_that_would_bring_a_turn_above_one_mib_are_read_apart() {
    List<String> keys = enqueue(30);
    for (Claim claim : taker().claim(30)) {
      write(claim, 0, "x".repeat(40 * KIB));
      taker().settle(claim, retry(Duration.ZERO));
    }
    List<Claim> claims = taker().claim(30);

    assertThat(keysOf(claims)).isEqualTo(keys);
    long whole = claims.stream().filter(claim -> journalOf(claim).whole()).count();
    assertThat(whole).isBetween(20L, 25L);
    assertThat(entries(keys.get(29))).containsExactly("x".repeat(40 * KIB));
  }

  @Test
  void a_journal_of_some_mib_is_read_whole_and_in_order() {
    enqueueOne();
    Claim claim = taker().claimOne();
    for (int i = 0; i < 25; i++) {
      write(claim, i, i + "x".repeat(100 * KIB));
    }
    for (int i = 0; i < 15; i++) {
      runs().deliver(queue(), claim.held().key(), "m" + i, bytes("y".repeat(100 * KIB)));
    }
    Journal journal = journal(claim.held().key());
    assertThat(journal.entries()).hasSize(25);
    for (int i = 0; i < 25; i++) {
      assertThat(text(journal.entries().get(i).bytes())).isEqualTo(i + "x".repeat(100 * KIB));
      assertThat(journal.messages().get(i % 15).id()).isEqualTo("m" + i % 15);
    }
  }

  // How long it is kept.

  @Test
  void the_journal_of_an_ended_job_is_kept_as_long_as_its_record() {
    Claim claim = writing("a");
    deliver(claim.held().key(), "m1");
    taker().settle(claim, succeeded());
    assertThat(entries(claim.held().key())).containsExactly("a");
    assertThat(messages(claim.held().key())).containsExactly("m1");

    advance(Retention.STANDARD.done().plus(STEP));
    taker().turn(0);
    assertThat(control().find(queue(), claim.held().key())).isEmpty();
    assertThat(entries(claim.held().key())).isEmpty();
    assertThat(messages(claim.held().key())).isEmpty();
  }

  @Test
  void a_journal_goes_at_once_when_no_ended_jobs_are_kept() {
    Claim claim = writing("a");
    taker().retention(KEEP_NONE).settle(claim, succeeded());
    assertThat(entries(claim.held().key())).isEmpty();
  }

  @Test
  void a_dead_letter_keeps_its_journal_and_has_it_when_it_is_redriven() {
    Claim claim = writing("a");
    deliver(claim.held().key(), "m1");
    taker().settle(claim, buried(StateReason.EXHAUSTED));
    assertThat(entries(claim.held().key())).containsExactly("a");

    assertThat(control().redrive(queue(), claim.held().key())).isEqualTo(ActReply.DONE);
    Claim next = taker().claimOne();
    assertThat(entries(journalOf(next))).containsExactly("a");
    assertThat(journalOf(next).messages()).hasSize(1);
    write(next, 1, "b");
  }

  @Test
  void a_dead_letter_that_is_removed_takes_its_journal_with_it() {
    Claim deleted = writing("a");
    taker().settle(deleted, buried(StateReason.EXHAUSTED));
    Claim trimmed = writing("b");
    taker().settle(trimmed, buried(StateReason.EXHAUSTED));
    control().deleteDead(queue(), deleted.held().key());
    assertThat(entries(deleted.held().key())).isEmpty();
    advance(Retention.STANDARD.dead().plus(STEP));
    taker().turn(0);
    assertThat(entries(trimmed.held().key())).isEmpty();
  }

  @Test
  void a_deleted_or_purged_job_takes_its_journal_with_it() {
    Claim deleted = writing("a");
    taker().settle(deleted, retry(Duration.ofHours(1)));
    Claim purged = writing("b");
    taker().settle(purged, retry(Duration.ofHours(1)));
    String mailed = enqueueOne();
    deliver(mailed, "m1");
    control().delete(queue(), deleted.held().key());
    assertThat(entries(deleted.held().key())).isEmpty();
    assertThat(control().purge(queue())).isEqualTo(2);
    assertThat(entries(purged.held().key())).isEmpty();
    assertThat(messages(mailed)).isEmpty();
  }

  @Test
  void an_extension_still_works_between_appends() {
    Claim claim = writing("a");
    assertThat(engine().claiming().extend(queue(), TurnTaker.LEASE, List.of(claim.held())))
        .containsExactly(LeaseReply.EXTENDED);
    write(claim, 1, "b");
  }
}
