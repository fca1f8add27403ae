package dev.holdfast.redis;

import dev.holdfast.job.Naming;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.spi.Claim;
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
import java.time.Instant;
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
    String nonce = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Args args = shared.args();
    args.add(turn.consumer())
        .add(turn.number())
        .add(turn.room())
        .add(turn.suspects())
        .add(turn.lease().toMillis())
        .add(turn.watchTerm().toMillis())
        .add(nonce);
    Shared.addRetention(args, turn.retention());
    List<String> held = turn.repeat() ? turn.held() : List.of();
    args.add(turn.strict()).add(held.size());
    held.forEach(args::add);
    for (Settlement settlement : turn.settlements()) {
      args.add(settlement.held().key()).add(settlement.held().token().toString());
      addOutcome(args, settlement.outcome());
    }
    return read(turn.queue(), nonce, shared.call(turn.queue(), Script.TURN, turn.consumer(), args));
  }

  private static void addOutcome(Args args, Outcome outcome) {
    if (outcome instanceof Outcome.Succeeded o) {
      args.add("ok").add(orNone(o.result()));
    } else if (outcome instanceof Outcome.Retry o) {
      args.add(verb("retry", o.delay(), o.reason().name())).add(o.attempt());
    } else if (outcome instanceof Outcome.Snoozed o) {
      args.add(verb("snooze", o.delay(), "")).add(NONE);
    } else if (outcome instanceof Outcome.Suspended o) {
      args.add(suspend(o)).add(JournalParts.encode(o.append()));
    } else if (outcome instanceof Outcome.BackedOff o) {
      args.add(verb("backoff", o.delay(), "")).add(NONE);
    } else if (outcome instanceof Outcome.Buried o) {
      args.add(verb("bury", Duration.ZERO, o.reason().name())).add(orNone(o.attempt()));
    } else if (outcome instanceof Outcome.Discarded o) {
      args.add("discard").add(orNone(o.attempt()));
    } else if (outcome instanceof Outcome.Released) {
      args.add("release").add(NONE);
    } else if (outcome instanceof Outcome.Missed o) {
      args.add(verb("miss", o.delay(), "")).add(NONE);
    } else {
      throw new IllegalStateException("turn.lua knows no outcome " + outcome);
    }
  }

  private static String verb(String verb, Duration delay, String reason) {
    return verb + "\t" + delay.toMillis() + "\t" + reason;
  }

  private static String suspend(Outcome.Suspended o) {
    Duration delay = o.delay();
    Instant until = o.until();
    return "suspend\t"
        + (delay == null ? "" : Long.toString(Math.max(0, delay.toMillis())))
        + "\t"
        + (until == null ? "" : Long.toString(Math.max(0, until.toEpochMilli())))
        + "\t"
        + Math.max(0, o.wakeOn())
        + (o.cancelling() ? "\t1\t" : "\t0\t")
        + o.append().after();
  }

  private static byte[] orNone(byte @Nullable [] bytes) {
    return bytes == null ? NONE : bytes;
  }

  private static TurnReply read(QueueRef queue, String nonce, Reply reply) {
    if (reply.text().equals("STALE")) {
      return new TurnReply(true, List.of(), List.of(), false, false, null, 0, 0);
    }
    boolean paused = reply.flag();
    boolean more = reply.flag();
    long nextUs = reply.number();
    int trimmed = (int) reply.number();
    int corrupt = (int) reply.number();
    long now = reply.number();
    String letters = reply.text();
    List<Settled> settled = new ArrayList<>(letters.length());
    for (int i = 0; i < letters.length(); i++) {
      settled.add(settled(letters.charAt(i)));
    }
    long token = reply.number();
    boolean untold = reply.flag();
    List<Claim> claims = new ArrayList<>();
    while (reply.hasMore()) {
      StoredClaim stored = StoredClaim.read(reply, token++, nonce);
      try {
        claims.add(stored.claim(now));
      } catch (RuntimeException e) {
        // One job must not spoil the turn of the others. Its lease ends by itself; what the scripts
        // cannot read either is then buried, and three such ends bury the rest.
        log.error(
            "queue {}: job {} was claimed and cannot be read; it is left to its lease, and the"
                + " other jobs go on: {}",
            queue.name(),
            Naming.quote(stored.key()),
            e.toString());
      }
    }
    // Not ofNanos: a job may be due so late that its nanoseconds overflow.
    Duration nextDue = nextUs < 0 ? null : Duration.of(nextUs, ChronoUnit.MICROS);
    return new TurnReply(false, settled, claims, more, paused, nextDue, trimmed, corrupt, untold);
  }

  private static Settled settled(char letter) {
    return switch (letter) {
      case 'D' -> Settled.DONE;
      case 'A' -> Settled.ALREADY;
      case 'C' -> Settled.CANCELLED;
      case 'T' -> Settled.TAKEN;
      case 'U' -> Settled.UNCLAIMED;
      case 'G' -> Settled.GONE;
      default -> throw new IllegalStateException("turn.lua answered an outcome with " + letter);
    };
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
                      args,
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
            args,
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
