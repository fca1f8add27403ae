package dev.holdfast.redis;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.Naming;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns, leases and notes: each one script call. */
final class RedisClaiming implements Claiming {
  private static final Logger log = LoggerFactory.getLogger(RedisClaiming.class);
  private static final byte[] NONE = new byte[0];

  private final Shared shared;
  private final CancelHints hints;

  RedisClaiming(Shared shared, CancelHints hints) {
    this.shared = shared;
    this.hints = hints;
  }

  @Override
  public void open(QueueRef queue) {
    Reply reply = shared.call(queue, Script.OPEN, shared.args());
    if (reply.text().equals("WRONG_TYPE")) {
      throw new QueueCorruptException(
          queue.name(),
          "queue "
              + queue.name()
              + " cannot be used: key "
              + reply.text()
              + " is a "
              + reply.text()
              + " that Holdfast did not write; move it away",
          null);
    }
  }

  @Override
  public TurnReply turn(Turn turn) {
    Args args = shared.args();
    args.add(turn.consumer())
        .add(turn.number())
        .add(turn.room())
        .add(turn.suspects())
        .add(turn.lease().toMillis())
        .add(turn.watchTerm().toMillis())
        .add(HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()));
    Shared.addRetention(args, turn.retention());
    List<String> held = turn.repeat() ? turn.held() : List.of();
    args.add(turn.strict()).add(held.size());
    held.forEach(args::add);
    for (Settlement settlement : turn.settlements()) {
      args.add(settlement.held().key()).add(settlement.held().token().toString());
      addOutcome(args, settlement.outcome());
    }
    return read(turn.queue(), shared.call(turn.queue(), Script.TURN, turn.consumer(), args));
  }

  private static void addOutcome(Args args, Outcome outcome) {
    if (outcome instanceof Outcome.Succeeded o) {
      args.add("ok").add(0).add("").add(orNone(o.result()));
    } else if (outcome instanceof Outcome.Retry o) {
      args.add("retry").add(o.delay().toMillis()).add(o.reason().name()).add(o.attempt());
    } else if (outcome instanceof Outcome.Snoozed o) {
      args.add("snooze").add(o.delay().toMillis()).add("").add(NONE);
    } else if (outcome instanceof Outcome.Buried o) {
      args.add("bury").add(0).add(o.reason().name()).add(orNone(o.attempt()));
    } else if (outcome instanceof Outcome.Discarded o) {
      args.add("discard").add(0).add("").add(orNone(o.attempt()));
    } else if (outcome instanceof Outcome.Released) {
      args.add("release").add(0).add("").add(NONE);
    } else if (outcome instanceof Outcome.Missed o) {
      args.add("miss").add(o.delay().toMillis()).add("").add(NONE);
    }
  }

  private static byte[] orNone(byte @Nullable [] bytes) {
    return bytes == null ? NONE : bytes;
  }

  private static TurnReply read(QueueRef queue, Reply reply) {
    if (reply.text().equals("STALE")) {
      return new TurnReply(true, List.of(), List.of(), false, false, null, 0, 0);
    }
    boolean paused = reply.flag();
    boolean more = reply.flag();
    long nextUs = reply.number();
    int trimmed = (int) reply.number();
    int corrupt = (int) reply.number();
    int outcomes = (int) reply.number();
    List<Settled> settled = new ArrayList<>(outcomes);
    for (int i = 0; i < outcomes; i++) {
      settled.add(Settled.valueOf(reply.text()));
    }
    List<Claim> claims = new ArrayList<>();
    while (reply.hasMore()) {
      StoredClaim stored =
          new StoredClaim(
              reply.text(),
              reply.text(),
              reply.flag(),
              reply.text(),
              reply.text(),
              reply.bytes(),
              reply.bytes());
      try {
        claims.add(claim(stored));
      } catch (RuntimeException e) {
        // One job must not spoil the turn of the others. Its lease ends by itself; what the scripts
        // cannot read either is then buried, and three such ends bury the rest.
        log.error(
            "queue {}: job {} was claimed and cannot be read; it is left to its lease, and the"
                + " other jobs go on: {}",
            queue.name(),
            Naming.quote(stored.key),
            e.toString());
      }
    }
    // Not ofNanos: a job may be due so late that its nanoseconds overflow.
    Duration nextDue = nextUs < 0 ? null : Duration.of(nextUs, ChronoUnit.MICROS);
    return new TurnReply(false, settled, claims, more, paused, nextDue, trimmed, corrupt);
  }

  /** A claim as the script gives it. */
  private record StoredClaim(
      String key,
      String token,
      boolean suspect,
      String record,
      String since,
      byte[] checkpoint,
      byte[] body) {}

  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  private static Claim claim(StoredClaim stored) {
    String key = stored.key;
    Track track = Track.decode(stored.record);
    Body body = Body.decode(stored.body);
    if (!JobId.isKey(key) || track == null || body == null) {
      String what = !JobId.isKey(key) ? "key" : track == null ? "record" : "header";
      throw new IllegalStateException("its " + what + " is not as Holdfast writes it");
    }
    Counters counters = track.counters();
    long waited = Math.max(0, track.at() - Track.readySince(key, stored.since));
    long missedFor = track.missed() == null ? 0 : Math.max(0, track.at() - track.missed());
    return new Claim(
        new Held(key, ClaimToken.parse(stored.token)),
        body.type(),
        Body.priority(track.lane()),
        stored.suspect,
        counters,
        Duration.ofMillis(waited),
        Duration.ofMillis(missedFor),
        stored.checkpoint.length == 0 ? null : stored.checkpoint,
        body.envelope());
  }

  @Override
  public List<LeaseReply> extend(QueueRef queue, Duration lease, List<Held> held) {
    List<LeaseReply> replies = new ArrayList<>(held.size());
    for (int from = 0; from < held.size(); from += Turn.MOST) {
      Args args = shared.args().add(lease.toMillis());
      for (Held one : held.subList(from, Math.min(held.size(), from + Turn.MOST))) {
        args.add(one.key()).add(one.token().toString());
      }
      Reply reply =
          new Reply(
              shared
                  .connections()
                  .leases()
                  .await(
                      queue.name(),
                      Script.EXTEND,
                      Script.EXTEND.keysOf(shared.keys(queue), ""),
                      args.array(),
                      shared.options().commandTimeout()));
      while (reply.hasMore()) {
        replies.add(LeaseReply.valueOf(reply.text()));
      }
    }
    return replies;
  }

  @Override
  public CompletableFuture<Boolean> note(QueueRef queue, Held held, Note note) {
    Args args =
        shared
            .args()
            .add(held.key())
            .add(held.token().toString())
            .add(orNone(note.progress()))
            .add(orNone(note.logLines()))
            .add(orNone(note.checkpoint()));
    return shared
        .connections()
        .patientCommands()
        .call(
            Script.NOTE,
            Script.NOTE.keysOf(shared.keys(queue), ""),
            args.array(),
            shared.options().commandTimeout())
        .handle(
            (reply, error) -> {
              if (error != null) {
                throw RedisErrors.translate(queue.name(), "a note of job " + held.key(), error);
              }
              return new Reply(reply).text().equals("WRITTEN");
            });
  }

  @Override
  public void leave(QueueRef queue, String consumer) {
    shared.call(queue, Script.LEAVE, consumer, shared.args().add(consumer));
  }

  @Override
  public Subscription onCancel(QueueRef queue, Consumer<String> onCancel) {
    return hints.subscribe(queue, onCancel);
  }
}
