package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.spi.Append;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Ties;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Runs;
import dev.holdfast.spi.Runs.AppendReply;
import dev.holdfast.spi.Runs.Delivery;
import dev.holdfast.spi.Runs.Ended;
import dev.holdfast.spi.Settled;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Jobs that are runs: they write journals, are sent messages, wait, and are told of ends. */
abstract class RunJobs extends StagedJobs {
  /** No number of messages wakes a run that waits for this many. */
  static final int NEVER = Integer.MAX_VALUE;

  static final int KIB = 1024;

  final Runs runs() {
    return engine().runs();
  }

  // Writing.

  static Append lines(int after, String... entries) {
    return new Append(after, Arrays.stream(entries).map(EngineContract::bytes).toList(), List.of());
  }

  static Append listen(int after, String... subjects) {
    return new Append(after, List.of(), List.of(subjects));
  }

  final AppendReply append(Claim claim, Append append) {
    return await(runs().append(queue(), claim.held(), TurnTaker.LEASE, append));
  }

  /** Writes entries, which must be written. */
  final AppendReply write(Claim claim, int after, String... entries) {
    AppendReply reply = append(claim, lines(after, entries));
    assertThat(reply.standing()).isTrue();
    return reply;
  }

  final Journal journal(String key) {
    return runs().read(queue(), key);
  }

  final List<String> entries(String key) {
    return entries(journal(key));
  }

  static List<String> entries(Journal journal) {
    return journal.entries().stream().map(entry -> text(entry.bytes())).toList();
  }

  /** The ids of what a run was sent. */
  final List<String> messages(String key) {
    return journal(key).messages().stream().map(Journal.Message::id).toList();
  }

  /** A claimed job that has written something. */
  final Claim writing(String... entries) {
    enqueueOne();
    Claim claim = taker().claimOne();
    write(claim, 0, entries);
    return claim;
  }

  // Waiting.

  /** Waits until somebody wakes it. */
  static Outcome waiting(Append append) {
    return new Outcome.Suspended(append, null, null, NEVER, false);
  }

  static Outcome waitingFor(Append append, int messages) {
    return new Outcome.Suspended(append, null, null, messages, false);
  }

  static Outcome waiting(Append append, @Nullable Instant until, @Nullable Duration delay) {
    return new Outcome.Suspended(append, until, delay, NEVER, false);
  }

  /** A run that has written "a" and waits for so many messages. */
  final String suspendedRun(int wakeOn) {
    String key = enqueueOne();
    suspend(key, waitingFor(lines(0, "a"), wakeOn));
    return key;
  }

  /** Claims the job at the head, which must be this one, and suspends it. */
  final Claim suspend(String key, Outcome suspended) {
    Claim claim = taker().claimOne();
    assertThat(claim.held().key()).isEqualTo(key);
    assertThat(taker().settle(claim, suspended)).isEqualTo(Settled.DONE);
    return claim;
  }

  // Messages.

  final Delivery deliver(String key, String id) {
    return runs().deliver(queue(), key, id, bytes("of " + id));
  }

  /** A job for now whose run listens for subjects. */
  final NewJob listening(String... subjects) {
    return tied(new Ties(List.of(subjects), null, false));
  }

  final NewJob tied(Ties ties) {
    return tied(job(), ties);
  }

  static NewJob tied(NewJob job, Ties ties) {
    return new NewJob(
        job.key(),
        job.type(),
        job.priority(),
        job.start(),
        job.idempotency(),
        job.unique(),
        job.limitKey(),
        job.cost(),
        ties,
        job.retry(),
        job.envelope());
  }

  /** Sends a message to all who listen; gives how many calls it took. */
  final int spread(String subject, String id) {
    int calls = 0;
    String after = null;
    do {
      after = runs().spread(queue(), subject, id, bytes("of " + id), after);
      calls++;
      assertThat(calls).as("calls of one spread").isLessThan(1_000);
    } while (after != null);
    return calls;
  }

  // Ends.

  /** What is untold now, told. */
  final List<Ended> tellAll() {
    List<Ended> all = new ArrayList<>();
    for (List<Ended> ended = runs().ended(queue()); !ended.isEmpty(); ) {
      all.addAll(ended);
      runs().told(queue(), ended);
      ended = runs().ended(queue());
      assertThat(all).as("untold ends").hasSizeLessThan(10_000);
    }
    return all;
  }
}
