package dev.holdfast.redis;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Journal;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A claim as a turn's reply gives it. A job that has no record yet comes without one, because its
 * body says all that the record would, and its token follows from its place: that is less to send
 * and to read for most jobs.
 *
 * @param first the token, if it is a first claim
 * @param again what only a job has that was claimed or moved before
 * @param journal what it has written down and was sent, or null
 */
record StoredClaim(
    String key,
    @Nullable ClaimToken first,
    @Nullable Again again,
    @Nullable StoredJournal journal,
    byte[] body) {
  private static final Counters FIRST_CLAIM = new Counters(0, 1, 0, 0, 0);
  private static final String AGAIN = "*";
  private static final String JOURNAL = "+";

  /**
   * What a record adds to a claim.
   *
   * @param since as a script gives it; see {@link Track#readySince}
   */
  record Again(String token, boolean suspect, String record, String since, byte[] checkpoint) {}

  /**
   * Reads the next claim of a reply.
   *
   * @param number of its token, if it is a first claim
   */
  static StoredClaim read(Reply reply, long number, String nonce) {
    String key = reply.text();
    StoredJournal journal = null;
    if (key.equals(JOURNAL)) {
      journal = StoredJournal.read(reply);
      key = reply.text();
    }
    if (!key.equals(AGAIN)) {
      return new StoredClaim(key, new ClaimToken(number, nonce), null, journal, reply.bytes());
    }
    return new StoredClaim(
        reply.text(),
        null,
        new Again(reply.text(), reply.flag(), reply.text(), reply.text(), reply.bytes()),
        journal,
        reply.bytes());
  }

  /**
   * The claim, judged at an instant of the server's clock, epoch ms.
   *
   * @throws IllegalStateException if a part of it is not as Holdfast writes it
   */
  Claim claim(long now) {
    Body job = Body.decode(body);
    if (!JobId.isKey(key) || job == null) {
      throw unreadable(job == null ? "header" : "key");
    }
    return first != null ? first(first, now, job) : repeated(Objects.requireNonNull(again), job);
  }

  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  private Claim first(ClaimToken token, long now, Body job) {
    return new Claim(
        new Held(key, token),
        job.type(),
        Body.priority(job.lane()),
        false,
        FIRST_CLAIM,
        Duration.ofMillis(Math.max(0, now - Track.readySince(key, job.start()))),
        Duration.ZERO,
        false,
        null,
        decoded(),
        job.envelope());
  }

  @SuppressWarnings("NullAway") // as above
  private Claim repeated(Again known, Body job) {
    Track track = Track.decode(known.record);
    if (track == null) {
      throw unreadable("record");
    }
    long waited = Math.max(0, track.at() - Track.readySince(key, known.since));
    long missedFor = track.missed() == null ? 0 : Math.max(0, track.at() - track.missed());
    return new Claim(
        new Held(key, ClaimToken.parse(known.token)),
        job.type(),
        Body.priority(track.lane()),
        known.suspect,
        track.counters(),
        Duration.ofMillis(waited),
        Duration.ofMillis(missedFor),
        track.cancel(),
        known.checkpoint.length == 0 ? null : known.checkpoint,
        decoded(),
        job.envelope());
  }

  private @Nullable Journal decoded() {
    try {
      return journal == null ? null : journal.decode();
    } catch (RuntimeException e) {
      throw unreadable("journal");
    }
  }

  private static IllegalStateException unreadable(String what) {
    return new IllegalStateException("its " + what + " is not as Holdfast writes it");
  }
}
