package dev.holdfast.schedule;

import dev.holdfast.job.JobId;
import dev.holdfast.job.Page;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The door to schedules. Whoever serves a queue fires its schedules: there is no leader, and
 * nothing to run beside the workers. Safe for use by many threads.
 *
 * <p><b>Promise.</b> For each tick at most one job is enqueued, for any number of workers; the job
 * and the step to the next tick are one atomic write, so that no crash loses a tick or doubles it.
 * A tick that nobody could fire in time is fired late, or treated as {@link Misfire} says. What is
 * due is judged by the engine's clock.
 *
 * <p>Every method may throw {@code EngineUnavailableException} (no answer; safe to repeat, unless
 * it says otherwise) and {@code QueueCorruptException}.
 */
public interface Schedules {
  /**
   * Stores a schedule that no application declares; one of the same name in the same queue is
   * changed. If it fires at other times than before, its next tick is the first after now: what
   * lies in the past is never fired for a change. If only something else is changed, its next tick
   * stays. One that is paused stays so.
   *
   * @throws InvalidScheduleException if it has no tick from now on, or an application owns it
   * @throws dev.holdfast.job.InvalidJobException if the class of its job has no valid {@code
   *     JobType}
   * @throws dev.holdfast.job.PayloadException if no JSON can be made of its job
   */
  ScheduleChange put(Schedule schedule);

  /**
   * Makes the schedules of an application these: adds and changes as {@link #put}, and removes what
   * the application declared before and does not any more, in whatever queue. Schedules of others
   * are left alone. What is wrong by itself is thrown before anything is sent; each is then changed
   * by itself, and a call that failed half way is safe to repeat.
   *
   * @param application 1 to 128 characters of {@code A-Z a-z 0-9 . _ -}
   * @param set all of them; may be empty
   * @throws InvalidScheduleException if two have one name in one queue; or, once all others are
   *     written, if one has no tick from now on or is owned by somebody else
   * @throws dev.holdfast.job.InvalidJobException as {@link #put}
   * @throws dev.holdfast.job.PayloadException as {@link #put}
   */
  DeclareResult declare(String application, Collection<Schedule> set);

  /** Removes a schedule; its jobs stay. False if there was none. */
  boolean remove(ScheduleId id);

  /**
   * Stops firing. No tick is fired once this has returned; ticks of the time until {@link #resume}
   * are none, and are not made up for. False if there is no such schedule.
   */
  boolean pause(ScheduleId id);

  /** Fires again, from the first tick after now. False if there is no such schedule. */
  boolean resume(ScheduleId id);

  /**
   * Enqueues a job of the schedule now, whatever its ticks, and also if it is paused or an earlier
   * job has not ended. Its later ticks wait for this job as for any other, unless a job of it ran
   * when this one was asked for: then for that one only.
   *
   * <p>Not safe to repeat: after an {@code EngineUnavailableException} a job may have been
   * enqueued.
   *
   * @throws InvalidScheduleException if there is no such schedule, or this version cannot read it
   * @throws dev.holdfast.job.QueueFullException if the queue is at its bound
   */
  JobId triggerNow(ScheduleId id);

  /**
   * Enqueues the jobs of all ticks of a past time, by the schedule's present definition, in order,
   * whether or not an earlier job has ended. A tick that was fired or backfilled before is left
   * out, as long as it is remembered: see {@code docs/schedules.md}.
   *
   * @param from the first instant
   * @param to the first that does not count; not after now
   * @throws InvalidScheduleException if there is no such schedule, this version cannot read it, the
   *     time is in the future, or has more than 10,000 ticks
   * @throws dev.holdfast.job.QueueFullException if the queue is at its bound; safe to repeat
   */
  BackfillResult backfill(ScheduleId id, Instant from, Instant to);

  /** Tells how a schedule stands; empty if there is none. */
  Optional<ScheduleStatus> find(ScheduleId id);

  /**
   * Lists the schedules of a queue.
   *
   * @param cursor null for the first page, then what the last page gave
   * @param size 1 to 200
   */
  Page<ScheduleStatus> list(String queue, @Nullable String cursor, int size);

  /** The queues that have schedules, or had some. */
  List<String> queues();

  /**
   * The nominal instants of a schedule's next ticks; empty if there is none, or it is paused or has
   * ended.
   *
   * @param count 1 to 1,000
   */
  List<Instant> next(ScheduleId id, int count);
}
