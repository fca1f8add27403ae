package dev.holdfast.testkit.contract;

import dev.holdfast.job.Priority;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Idempotency;
import dev.holdfast.spi.NewJob.Start;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Jobs as they are sent, and the answers to them. */
abstract class SentJobs extends EngineContract {
  static final long NO_BOUND = 10_000_000;

  static final Duration KEEP = Duration.ofHours(1);

  final List<EnqueueReply> send(NewJob... jobs) {
    return enqueueAll(queue(), NO_BOUND, Arrays.asList(jobs));
  }

  final EnqueueReply sendOne(NewJob job) {
    return send(job).get(0);
  }

  static NewJob retried(NewJob job) {
    return with(job, job.idempotency(), true);
  }

  final NewJob named(String name) {
    return with(job(), new Idempotency(name, KEEP), false);
  }

  static NewJob with(NewJob job, @Nullable Idempotency idempotency, boolean retry) {
    return new NewJob(
        job.key(),
        job.type(),
        job.priority(),
        job.start(),
        idempotency,
        job.unique(),
        retry,
        job.envelope());
  }

  /** A job with a unique key, due as its rule says. */
  final NewJob unique(Uniqueness rule) {
    return unique(rule, "{\"p\":1}");
  }

  final NewJob unique(Uniqueness rule, String envelope) {
    return unique(rule, TYPE, bytes(envelope));
  }

  final NewJob unique(Uniqueness rule, String type, byte[] envelope) {
    Start start =
        rule instanceof Uniqueness.Debounce debounce
            ? new Start(debounce.quiet(), null)
            : Start.NOW;
    return new NewJob(key(), type, Priority.NORMAL, start, null, rule, false, envelope);
  }

  static EnqueueReply held(String key) {
    return new EnqueueReply(Verdict.EXISTING_UNIQUE_KEY, key);
  }

  static EnqueueReply replaced(String key) {
    return new EnqueueReply(Verdict.REPLACED, key);
  }

  static EnqueueReply created() {
    return new EnqueueReply(Verdict.CREATED, null);
  }

  static EnqueueReply existingId(String key) {
    return new EnqueueReply(Verdict.EXISTING_ID, key);
  }

  static EnqueueReply existingName(String key) {
    return new EnqueueReply(Verdict.EXISTING_IDEMPOTENCY_KEY, key);
  }

  static EnqueueReply full() {
    return new EnqueueReply(Verdict.FULL, null);
  }

  final List<String> claimAll() {
    List<String> all = new ArrayList<>();
    for (List<Claim> claims = taker().claim(100); !claims.isEmpty(); ) {
      all.addAll(keysOf(claims));
      claims = taker().claim(100);
    }
    return all;
  }
}
