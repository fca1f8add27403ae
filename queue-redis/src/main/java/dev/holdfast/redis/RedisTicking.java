package dev.holdfast.redis;

import dev.holdfast.job.JobId;
import dev.holdfast.job.Naming;
import dev.holdfast.spi.Claiming.Subscription;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredSchedule;
import dev.holdfast.spi.Ticking;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where schedules are kept, and their ticks become jobs: each one script call. */
final class RedisTicking implements Ticking {
  private static final Logger log = LoggerFactory.getLogger(RedisTicking.class);
  private static final byte[] NONE = {};
  private static final int MOST_BYTES = 1024 * 1024;
  private static final int MOST_OF_A_PAGE = 200;

  private final Shared shared;

  /** Of this process: a worker beside the one who puts a schedule hears of it at once. */
  private final Map<QueueRef, List<Runnable>> listeners = new ConcurrentHashMap<>();

  RedisTicking(Shared shared) {
    this.shared = shared;
  }

  // Which queues have schedules.

  @Override
  public void enlist(QueueRef queue) {
    List<QueueRef> unused = enlisted(queue.name());
  }

  @Override
  public List<QueueRef> enlisted() {
    return enlisted("");
  }

  private List<QueueRef> enlisted(String name) {
    byte[][] keys = {RedisKeys.queues(shared.options().namespace())};
    Reply reply =
        new Reply(
            shared
                .connections()
                .patientCommands()
                .await(
                    name.isEmpty() ? "(any)" : name,
                    Script.ENLIST,
                    keys,
                    shared.args().add(name),
                    shared.options().commandTimeout()));
    reply.text();
    List<QueueRef> queues = new ArrayList<>();
    while (reply.hasMore()) {
      queues.add(QueueRef.of(reply.text()));
    }
    return queues;
  }

  // Reading.

  @Override
  public Found find(QueueRef queue, List<String> names) {
    if (names.size() > MOST) {
      throw new IllegalArgumentException(names.size() + " schedules are asked for; at most 100");
    }
    return find(queue, 0, "", String.join("\t", names) + "\t");
  }

  @Override
  public Found list(QueueRef queue, @Nullable String after, int size) {
    if (size < 1 || size > MOST_OF_A_PAGE) {
      throw new IllegalArgumentException(
          "a page has " + size + " entries; it must be 1 to " + MOST_OF_A_PAGE);
    }
    return find(queue, size, after == null ? "" : after, "");
  }

  private Found find(QueueRef queue, int most, String after, String names) {
    Reply reply =
        shared.call(queue, Script.FIND_SCHEDULES, shared.args().add(most).add(after).add(names));
    reply.text();
    Instant now = Instant.ofEpochMilli(reply.number());
    boolean more = reply.flag();
    List<Entry> entries = new ArrayList<>();
    while (reply.hasMore()) {
      StoredSchedule schedule = schedule(queue, reply.text(), reply.text());
      byte[] definition = reply.bytes();
      if (schedule != null) {
        entries.add(new Entry(schedule, definition));
      }
    }
    return new Found(now, entries, more);
  }

  /** Reads a record; null if it cannot be read, which is logged. */
  private static @Nullable StoredSchedule schedule(QueueRef queue, String name, String record) {
    String[] fields = record.split("\t", -1);
    try {
      if (fields.length >= 11) {
        return new StoredSchedule(
            name,
            fields[0],
            fields[1],
            instant(fields[2]),
            instant(fields[3]),
            instant(fields[4]),
            JobId.isKey(fields[5]) ? fields[5] : null,
            instant(fields[6]),
            Long.parseLong(fields[7]),
            Long.parseLong(fields[8]),
            Long.parseLong(fields[9]),
            instant(fields[10]));
      }
    } catch (RuntimeException e) {
      log.debug("record of a schedule", e);
    }
    log.warn(
        "queue {}: the record of schedule {} cannot be read; it is left alone",
        queue.name(),
        Naming.quote(name));
    return null;
  }

  private static @Nullable Instant instant(String millis) {
    return millis.isEmpty() ? null : Instant.ofEpochMilli(Long.parseLong(millis));
  }

  private static String millis(@Nullable Instant instant) {
    return instant == null ? "" : Long.toString(instant.toEpochMilli());
  }

  // Writing.

  @Override
  public boolean write(QueueRef queue, Change change) {
    StoredSchedule expected = change.expected();
    NextTick next = change.next();
    byte[] definition = change.definition();
    Args args =
        shared
            .args()
            .add(change.name())
            .add(expected == null ? "" : expected.revision())
            .add(change.revision())
            .add(change.owner())
            .add(change.paused())
            .add(next == null ? "=" : millis(next.nominal()))
            .add(next == null ? "" : millis(next.fireAt()))
            .add(expected == null ? "" : millis(expected.next()))
            .add(definition == null ? NONE : definition);
    boolean done = shared.call(queue, Script.WRITE_SCHEDULE, args).text().equals("DONE");
    if (done) {
      listeners.getOrDefault(queue, List.of()).forEach(Runnable::run);
    }
    return done;
  }

  @Override
  public boolean remove(QueueRef queue, String name, String revision) {
    Args args = shared.args().add(name).add(revision);
    return shared.call(queue, Script.DROP_SCHEDULE, args).text().equals("DONE");
  }

  // Firing.

  @Override
  public Due due(QueueRef queue, int most, Duration hold) {
    Reply reply =
        shared.call(queue, Script.DUE_TICKS, shared.args().add(most).add(hold.toMillis()));
    reply.text();
    Instant now = Instant.ofEpochMilli(reply.number());
    String look = reply.text();
    List<DueSchedule> due = new ArrayList<>();
    while (reply.hasMore()) {
      StoredSchedule schedule = schedule(queue, reply.text(), reply.text());
      boolean running = reply.flag();
      if (schedule != null) {
        due.add(new DueSchedule(schedule, running));
      }
    }
    return new Due(
        now, due, look.isEmpty() ? null : Instant.ofEpochMilli((long) Double.parseDouble(look)));
  }

  @Override
  public List<Fired> fire(QueueRef queue, long bound, List<Firing> firings) {
    List<Fired> fired = new ArrayList<>(firings.size());
    List<Args> batch = new ArrayList<>();
    long bytes = 0;
    for (Firing firing : firings) {
      byte[] body = firing.job() == null ? NONE : Body.encode(firing.job());
      if (!batch.isEmpty() && (batch.size() == MOST || bytes + body.length > MOST_BYTES)) {
        fired.addAll(send(queue, bound, batch));
        batch.clear();
        bytes = 0;
      }
      batch.add(
          Args.part(body.length + 400)
              .add(firing.name())
              .add(terms(firing))
              .add(firing.job() == null ? "" : firing.job().key())
              .add(body));
      bytes += body.length;
    }
    if (!batch.isEmpty()) {
      fired.addAll(send(queue, bound, batch));
    }
    return fired;
  }

  private static String terms(Firing firing) {
    NewJob job = firing.job();
    NewJob.Idempotency idempotency = job == null ? null : job.idempotency();
    return String.join(
            "\t",
            switch (firing.kind()) {
              case TICK -> "t";
              case WAITING -> "w";
              case TRIGGER -> "r";
            },
            firing.revision(),
            millis(firing.expected()),
            millis(firing.tick()),
            switch (firing.whileRunning()) {
              case FIRE -> "f";
              case SKIP -> "s";
              case WAIT -> "w";
            },
            Long.toString(firing.missed()),
            millis(firing.following().nominal()),
            millis(firing.following().fireAt()),
            job == null ? "n" : Body.letter(job.priority()),
            idempotency == null ? "0" : Long.toString(idempotency.keep().toMillis()),
            idempotency == null ? "" : idempotency.key())
        + (job == null ? "" : Body.tiesOf(job));
  }

  private List<Fired> send(QueueRef queue, long bound, List<Args> batch) {
    Args args = shared.args().add(bound).add(RECHECK.toMillis());
    batch.forEach(args::add);
    Reply reply = shared.call(queue, Script.FIRE, args);
    reply.text();
    List<Fired> fired = new ArrayList<>();
    while (reply.hasMore()) {
      fired.add(fired(reply.text()));
    }
    return fired;
  }

  private static Fired fired(String text) {
    return switch (text.charAt(0)) {
      case 'C' -> new Fired(Verdict.FIRED, text.substring(1));
      case 'K' -> new Fired(Verdict.EXISTING, text.substring(1));
      case 'O' -> new Fired(Verdict.SKIPPED, null);
      case 'W' -> new Fired(Verdict.WAITS, null);
      case 'M' -> new Fired(Verdict.MOVED, null);
      case 'G' -> new Fired(Verdict.GONE, null);
      case 'F' -> new Fired(Verdict.FULL, null);
      default -> new Fired(Verdict.STALE, null);
    };
  }

  /** Hints of what is written here; another process hears of it when it looks by itself. */
  @Override
  public Subscription onChange(QueueRef queue, Runnable onChange) {
    List<Runnable> of = listeners.computeIfAbsent(queue, q -> new CopyOnWriteArrayList<>());
    of.add(onChange);
    return () -> of.remove(onChange);
  }
}
