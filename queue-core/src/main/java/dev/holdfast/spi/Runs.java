package dev.holdfast.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where runs keep their journals and get their messages, and where a job's end is told to the run
 * that waits for it.
 *
 * <p>A run is a job. Its journal begins with the first entry or message, is handed to a worker with
 * the claim, and goes with the job's record: when retention, a delete or a purge removes it. Only
 * the holder of the claim writes entries; anybody sends messages, as long as the job is known and
 * has not ended. A dead letter keeps its journal, gets no messages, and goes on with what it had
 * when it is redriven. Crashes, retries and releases change nothing in it.
 *
 * <p>A job listens for subjects from the moment it is added, or from an append on, until it ends;
 * one that is redriven listens for the same again.
 */
public interface Runs {
  /** Reads a journal; empty of both if there is none. A round trip per MiB. */
  Journal read(QueueRef queue, String key);

  /**
   * Writes entries if the claim stands, and then makes its lease longer, counted from now. A claim
   * whose lease is over stands until it is reaped. If the journal has fewer entries than {@code
   * after}, or other bytes where these would go, nothing is written, and the claim is answered as
   * not standing. The future may be completed on a thread of the engine.
   */
  CompletableFuture<AppendReply> append(QueueRef queue, Held held, Duration lease, Append append);

  /**
   * Sends one run a message. A suspended run whose messages reach the number it waits for is made
   * ready, at the tail of its lane; a run that is not suspended stays where it is. Safe to repeat
   * by the message's id: the first one stays as it came.
   */
  Delivery deliver(QueueRef queue, String key, String id, byte[] bytes);

  /**
   * Sends a message to every run of a queue that listens for a subject, as {@link #deliver} does:
   * at most 100 runs a call. A run that begins to listen meanwhile gets it or does not.
   *
   * @param subject what they listen for: 1 to 400 characters without control characters but the tab
   * @param after null at first, then what the call before gave
   * @return where to go on; null if that were all
   */
  @Nullable String spread(
      QueueRef queue, String subject, String id, byte[] bytes, @Nullable String after);

  /**
   * Jobs of a queue that have ended and whose parents have not been told: the oldest, at most 100
   * or 1 MiB, at least one if there is one.
   */
  List<Ended> ended(QueueRef queue);

  /**
   * Forgets ends that were told, each by its key and claims: a later end of the same job stays.
   * Safe to repeat.
   */
  void told(QueueRef queue, List<Ended> ended);

  /**
   * Adds a job that is a copy of another: its type, priority, limit key and envelope, ready now,
   * with the first entries of its journal and all of its messages and subjects, entries and
   * messages with their instants. It has no idempotency or unique key and no parent, and the bound
   * of the queue is not asked. Safe to repeat: a key that exists is answered DONE.
   *
   * @param key of the job to copy; in any state, as long as its body is there
   * @param copy the key of the new job
   * @param entries how many entries it begins with
   */
  ForkReply fork(QueueRef queue, String key, String copy, int entries);

  /**
   * What became of an append.
   *
   * @param standing whether the claim stood and the journal went with the append; false: nothing
   *     was written, the lease is as it was, and the rest says nothing
   * @param at when the last of the entries was written, by the engine's clock: the first time, if
   *     it was there before; now if there are none
   * @param messages how many messages the run was sent until now
   * @param cancelRequested whether somebody asked that the run ends
   */
  record AppendReply(boolean standing, Instant at, int messages, boolean cancelRequested) {}

  /** What became of a message. */
  enum Delivery {
    /** It was kept. */
    DELIVERED,
    /** One of this id was there. */
    ALREADY,
    /** It would be more than 100,000 messages or 16 MiB of them: it was dropped. */
    FULL,
    /** The run has ended or is not known. */
    NOT_FOUND
  }

  /**
   * The end of a job that has a parent.
   *
   * @param parent who is to be told: a job id as text
   * @param key the job
   * @param claims how often it was claimed: tells this end from one after a redrive
   * @param how SUCCEEDED, DEAD or CANCELLED; a job that is deleted or purged before it ended is
   *     CANCELLED
   * @param reason why: the name of a {@code StateReason}; a deleted or purged job's is
   *     CANCELLED_ON_REQUEST
   * @param text its result if it succeeded, else its last encoded attempt; null if there is none,
   *     or {@link NewJob.Ties#bare} says that nobody wants it
   */
  record Ended(
      String parent,
      String key,
      int claims,
      dev.holdfast.job.JobState how,
      String reason,
      byte @Nullable [] text) {}

  /** What became of a fork. */
  enum ForkReply {
    /** The copy is there. */
    DONE,
    /** The job or its body is not known. */
    NOT_FOUND,
    /** The journal has fewer entries. */
    TOO_FEW
  }
}
