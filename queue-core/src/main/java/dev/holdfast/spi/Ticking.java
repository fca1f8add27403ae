package dev.holdfast.spi;

import dev.holdfast.spi.Claiming.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where schedules are kept, and their ticks become jobs.
 *
 * <p>A schedule lives with the queue its jobs go to, so that a tick's job and the step to the next
 * tick are one atomic write. The engine keeps where a schedule stands and compares; which tick
 * comes after which is worked out by the caller, and refused if the schedule has moved on
 * meanwhile.
 *
 * <p>Every change is a compare-and-set, one atomic step, and safe to repeat: what was done already
 * answers that it is stale.
 */
public interface Ticking {
  /** The most schedules, or ticks, of one call. */
  int MOST = 100;

  /** How long a tick that waits for a job is left alone before it is looked at again. */
  Duration RECHECK = Duration.ofSeconds(1);

  /** Remembers that a queue has schedules. Not atomic with what is done in the queue: before it. */
  void enlist(QueueRef queue);

  /** The queues remembered, in no order. */
  List<QueueRef> enlisted();

  /**
   * Reads schedules by their names; those not known are left out.
   *
   * @param names at most {@link #MOST}
   * @return with fewer than asked for if their definitions are large: at least one, if one is known
   */
  Found find(QueueRef queue, List<String> names);

  /**
   * Lists schedules, by name.
   *
   * @param after the last name of the page before; null for the first page
   * @param size 1 to 200
   */
  Found list(QueueRef queue, @Nullable String after, int size);

  /**
   * Writes a schedule if it stands as the caller read it.
   *
   * @return whether it was written; false: it stands otherwise, read it again
   */
  boolean write(QueueRef queue, Change change);

  /**
   * Removes a schedule if it stands as the caller read it.
   *
   * @param revision its revision
   * @return whether it was removed; false: it is gone, or has another revision
   */
  boolean remove(QueueRef queue, String name, String revision);

  /**
   * Tells which schedules are to be looked at now, and leaves them to the caller for a while: other
   * callers are not told of them meanwhile. If the caller dies, they are told again after that.
   *
   * @param most 1 to {@link #MOST}
   * @param hold how long others are not told of them
   */
  Due due(QueueRef queue, int most, Duration hold);

  /**
   * Fires ticks, in order, each wholly or not at all.
   *
   * @param bound how many jobs the queue may hold
   * @param firings any number; the engine cuts them into calls
   * @return what became of each, in order
   */
  List<Fired> fire(QueueRef queue, long bound, List<Firing> firings);

  /**
   * Listens for hints that schedules of a queue are to be looked at earlier than was told. Only a
   * hint: an engine may give none, and callers look by themselves now and then.
   *
   * @param onChange called on any thread; must not block
   */
  Subscription onChange(QueueRef queue, Runnable onChange);

  /**
   * Schedules that were read in one instant.
   *
   * @param now that instant, by the engine's clock
   * @param schedules what was found
   * @param more whether there is another page, or one that did not fit
   */
  record Found(Instant now, List<Entry> schedules, boolean more) {
    /** Copies the list. */
    public Found {
      schedules = List.copyOf(schedules);
    }
  }

  /**
   * A schedule with its definition.
   *
   * @param schedule where it stands
   * @param definition as it was written
   */
  record Entry(StoredSchedule schedule, byte[] definition) {}

  /**
   * A schedule that is to be written.
   *
   * @param name its name
   * @param expected as it was read: its revision, and if {@code next} is given its next tick, are
   *     compared; null: there must be none of that name
   * @param revision the new revision
   * @param owner the application that declares it; "" if none does
   * @param paused whether it is paused; then it keeps since when
   * @param next its next tick; null: as it is
   * @param definition the new definition; null: as it is
   */
  record Change(
      String name,
      @Nullable StoredSchedule expected,
      String revision,
      String owner,
      boolean paused,
      @Nullable NextTick next,
      byte @Nullable [] definition) {}

  /**
   * A tick to come.
   *
   * @param nominal its nominal instant; null: none is left
   * @param fireAt when it is to be fired; null if there is none
   */
  record NextTick(@Nullable Instant nominal, @Nullable Instant fireAt) {
    /** None is left. */
    public static final NextTick NONE = new NextTick(null, null);
  }

  /**
   * What is to be looked at.
   *
   * @param now the engine's clock
   * @param schedules the schedules, by when they were to be looked at
   * @param nextLook when the first one is to be looked at that is not yet; null: there is none
   */
  record Due(Instant now, List<DueSchedule> schedules, @Nullable Instant nextLook) {
    /** Copies the list. */
    public Due {
      schedules = List.copyOf(schedules);
    }
  }

  /**
   * A schedule that is to be looked at.
   *
   * @param schedule where it stands
   * @param running whether its job is known and has not ended
   */
  record DueSchedule(StoredSchedule schedule, boolean running) {}

  /** Which tick is fired. */
  enum Kind {
    /** The next one, or one after it: those between were missed. */
    TICK,
    /** The one that waits. */
    WAITING,
    /** None: a run that somebody asked for. */
    TRIGGER
  }

  /** What becomes of a tick while the job before it has not ended. */
  enum WhileRunning {
    /** It is fired. */
    FIRE,
    /** It is skipped. */
    SKIP,
    /** It waits; if one waits already, it is skipped. */
    WAIT
  }

  /**
   * A tick to fire.
   *
   * @param name its schedule
   * @param revision the revision that must stand; not compared for a trigger
   * @param kind which tick
   * @param expected the next tick, or the one that waits, that must stand; null for a trigger
   * @param tick the tick; null: none is fired, the schedule only moves on
   * @param whileRunning what becomes of it while the job before it has not ended
   * @param missed how many ticks were missed
   * @param following the tick that comes after it; for the one that waits the next one, which is
   *     not changed
   * @param job what is enqueued; null if no tick is fired
   */
  record Firing(
      String name,
      String revision,
      Kind kind,
      @Nullable Instant expected,
      @Nullable Instant tick,
      WhileRunning whileRunning,
      long missed,
      NextTick following,
      @Nullable NewJob job) {}

  /**
   * What became of a tick.
   *
   * @param verdict what happened
   * @param key the job's key if there is one, else null
   */
  record Fired(Verdict verdict, @Nullable String key) {}

  /** What happened to a tick. */
  enum Verdict {
    /** Its job was enqueued. */
    FIRED,
    /** A job was enqueued for it before: the schedule moved on. */
    EXISTING,
    /** It was skipped because the job before it has not ended. */
    SKIPPED,
    /** It waits until the job before it has ended. */
    WAITS,
    /** There was none to fire: the schedule moved on. */
    MOVED,
    /** The schedule stands otherwise than expected; nothing was changed. */
    STALE,
    /** There is no such schedule; nothing was changed. */
    GONE,
    /** The queue is at its bound; nothing was changed. */
    FULL
  }
}
