package dev.holdfast.redis;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobKeys;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Naming;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.job.QueueStats;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredJob;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads jobs and operates on them: each one script call. */
final class RedisControl implements Control {
  private static final int MOST_OF_A_PAGE = 200;

  /** When that is due which only a message wakes, epoch ms: in the year 9999. */
  private static final long NEVER = 253_402_300_799_000L;

  private final Shared shared;

  RedisControl(Shared shared) {
    this.shared = shared;
  }

  @Override
  public Optional<StoredJob> find(QueueRef queue, String key) {
    Reply reply = shared.call(queue, Script.FIND, shared.args().add(key));
    return reply.text().equals("NOT_FOUND") ? Optional.empty() : Optional.of(job(key, reply));
  }

  @Override
  public Page<StoredJob> list(QueueRef queue, JobState state, @Nullable String cursor, int size) {
    if (size < 1 || size > MOST_OF_A_PAGE) {
      throw new IllegalArgumentException(
          "a page has " + size + " entries; it must be 1 to " + MOST_OF_A_PAGE);
    }
    Args args =
        shared.args().add(state.name().toLowerCase(Locale.ROOT)).add(offset(cursor)).add(size);
    Reply reply = shared.call(queue, Script.LIST, args);
    reply.text();
    long next = reply.number();
    List<StoredJob> jobs = new ArrayList<>();
    while (reply.hasMore()) {
      String key = reply.text();
      StoredJob job = job(key, reply);
      if (JobId.isKey(key)) {
        jobs.add(job);
      }
    }
    return new Page<>(jobs, next < 0 ? null : Long.toString(next));
  }

  private static long offset(@Nullable String cursor) {
    if (cursor == null) {
      return 0;
    }
    if (!cursor.matches("\\d{1,12}")) {
      throw new IllegalArgumentException("the cursor is none of this list's");
    }
    return Long.parseLong(cursor);
  }

  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  private static StoredJob job(String key, Reply reply) {
    Track track = Track.decode(reply.text());
    byte[] stored = reply.bytes();
    String due = reply.text();
    String keptUntil = reply.text();
    byte[] progress = reply.bytes();
    byte[] history = reply.bytes();
    String log = reply.text();
    byte[] result = reply.bytes();
    String parkedBy = reply.text();
    Body body = stored.length == 0 ? null : Body.decode(stored);
    boolean ended = track != null && "scd".indexOf(track.state()) >= 0;
    Long since = track == null || track.at() == 0 ? null : Long.valueOf(track.at());
    return new StoredJob(
        key,
        track != null ? track.type() : body != null ? body.type() : "",
        state(track, !due.isEmpty(), !parkedBy.isEmpty()),
        track == null ? StateReason.ENQUEUED : track.reason(),
        since == null ? made(key) : Instant.ofEpochMilli(since),
        Body.priority(track != null ? track.lane() : body != null ? body.lane() : 'n'),
        dueAt(due),
        parkedBy.isEmpty() ? null : LimitFields.shown(parkedBy),
        ended && !keptUntil.isEmpty() ? Instant.ofEpochMilli(millis(keptUntil)) : null,
        track == null ? Counters.NONE : track.counters(),
        track == null || track.consumer().isEmpty() ? null : track.consumer(),
        track != null && track.cancel(),
        progress.length == 0 ? null : progress,
        lines(history),
        log.isEmpty() ? List.of() : List.of(log.split("\n", -1)),
        result.length == 0 ? null : result,
        body == null || body.envelope().length == 0 ? null : body.envelope(),
        stored.length > 0 && body == null ? stored : null);
  }

  private static JobState state(@Nullable Track track, boolean isDue, boolean isParked) {
    char state = track == null ? 'q' : track.state();
    return switch (state) {
      case 'a' -> JobState.ACTIVE;
      case 's' -> JobState.SUCCEEDED;
      case 'c' -> JobState.CANCELLED;
      case 'd' -> JobState.DEAD;
      default ->
          isDue
              ? track != null && track.reason() == StateReason.SUSPENDED
                  ? JobState.WAITING
                  : JobState.SCHEDULED
              : isParked ? JobState.PARKED : JobState.READY;
    };
  }

  /** Null for what is not due, and for a run that only a message wakes. */
  private static @Nullable Instant dueAt(String score) {
    return score.isEmpty() || millis(score) == NEVER ? null : Instant.ofEpochMilli(millis(score));
  }

  private static Instant made(String key) {
    return JobId.isKey(key) ? JobKeys.instantOf(key) : Instant.EPOCH;
  }

  /** Redis prints a score as an integer where it is one, else as a double. */
  private static long millis(String score) {
    return score.indexOf('.') < 0 && score.indexOf('e') < 0
        ? Long.parseLong(score)
        : (long) Double.parseDouble(score);
  }

  private static List<byte[]> lines(byte[] text) {
    List<byte[]> lines = new ArrayList<>();
    for (String line : new String(text, StandardCharsets.UTF_8).split("\n", -1)) {
      if (!line.isEmpty()) {
        lines.add(line.getBytes(StandardCharsets.UTF_8));
      }
    }
    return lines;
  }

  @Override
  public QueueStats stats(QueueRef queue) {
    Reply reply = shared.call(queue, Script.STATS, shared.args());
    reply.text();
    long now = reply.number();
    long ready = reply.number();
    long scheduled = reply.number();
    long parked = reply.number();
    long active = reply.number();
    long dead = reply.number();
    long done = reply.number();
    boolean paused = reply.flag();
    String next = reply.text();
    long oldest = now;
    while (reply.hasMore()) {
      oldest = Math.min(oldest, readySince(reply.text(), reply.text(), reply.bytes(), now));
    }
    return new QueueStats(
        ready,
        scheduled,
        parked,
        active,
        done,
        dead,
        ready == 0 ? Duration.ZERO : Duration.ofMillis(now - oldest),
        dueAt(next),
        paused);
  }

  private static long readySince(String key, String record, byte[] header, long now) {
    Track track = Track.decode(record);
    if (track != null && track.due() != null) {
      return track.due();
    }
    Body body = Body.decode(header);
    if (!JobId.isKey(key)) {
      return now;
    }
    return Track.readySince(key, track == null && body != null ? body.start() : "");
  }

  @Override
  public ActReply cancel(QueueRef queue, String key, Retention retention) {
    Args args = shared.args().add(key).add(shared.keys(queue).cancelChannel());
    Shared.addRetention(args, retention);
    return act(queue, Script.CANCEL, args);
  }

  @Override
  public ActReply redrive(QueueRef queue, String key) {
    return act(queue, Script.REDRIVE, shared.args().add(key));
  }

  @Override
  public ActReply reschedule(QueueRef queue, String key, Instant runAt) {
    long at = runAt.isBefore(Instant.EPOCH) ? 0 : runAt.toEpochMilli();
    return act(queue, Script.MOVE, shared.args().add(key).add("at").add(at));
  }

  @Override
  public ActReply runNow(QueueRef queue, String key) {
    return act(queue, Script.MOVE, shared.args().add(key).add("now").add(""));
  }

  @Override
  public ActReply prioritize(QueueRef queue, String key, Priority priority) {
    String lane = String.valueOf(Body.letter(priority));
    return act(queue, Script.MOVE, shared.args().add(key).add("lane").add(lane));
  }

  @Override
  public ActReply delete(QueueRef queue, String key) {
    return act(queue, Script.DELETE, shared.args().add(key).add(false));
  }

  @Override
  public ActReply deleteDead(QueueRef queue, String key) {
    return act(queue, Script.DELETE, shared.args().add(key).add(true));
  }

  private ActReply act(QueueRef queue, Script script, Args args) {
    return ActReply.valueOf(shared.call(queue, script, args).text());
  }

  @Override
  public int purge(QueueRef queue) {
    int removed;
    boolean more;
    do {
      Reply reply = shared.call(queue, Script.PURGE, shared.args());
      reply.text();
      removed = (int) reply.number();
      more = reply.flag();
    } while (removed == 0 && more);
    return removed;
  }

  @Override
  public void pause(QueueRef queue, boolean paused) {
    shared.call(queue, Script.PAUSE, shared.args().add(paused));
  }

  @Override
  public void changeBound(QueueRef queue, @Nullable Long bound) {
    String value = bound == null ? "none" : bound.toString();
    shared.call(queue, Script.BOUND, shared.args().add(value));
  }

  @Override
  public @Nullable Long bound(QueueRef queue) {
    Reply reply = shared.call(queue, Script.BOUND, shared.args().add(""));
    reply.text();
    String bound = reply.text();
    return bound.isEmpty() ? null : Long.valueOf(bound);
  }

  @Override
  public void limit(QueueRef queue, LimitScope scope, @Nullable Limit limit) {
    Args args = shared.args().add(limit == null ? "clear" : "set").add(LimitFields.name(scope));
    shared.call(queue, Script.LIMIT, args.add(limit == null ? "" : LimitFields.encode(limit)));
  }

  @Override
  public void pauseType(QueueRef queue, String type, boolean paused) {
    Args args = shared.args().add(paused ? "pause" : "resume");
    shared.call(queue, Script.LIMIT, args.add(LimitFields.name(LimitScope.type(type))).add(""));
  }

  @Override
  public List<LimitSetting> limits(QueueRef queue) {
    Reply reply = shared.call(queue, Script.LIMIT, shared.args().add("read").add("").add(""));
    reply.text();
    List<LimitSetting> settings = new ArrayList<>();
    while (reply.hasMore()) {
      String name = reply.text();
      String setting = reply.text();
      try {
        settings.add(LimitFields.decode(name, setting));
      } catch (RuntimeException e) {
        throw new QueueCorruptException(
            queue.name(),
            "the limits of queue "
                + queue.name()
                + " cannot be read: field "
                + Naming.quote(name)
                + " of its key limits holds "
                + Naming.quote(setting)
                + ", which Holdfast did not write; remove that field",
            e);
      }
    }
    return settings;
  }
}
