package dev.holdfast.redis;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Naming;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Journals of runs, what runs are sent, and ends their parents wait for: each one script call. */
final class RedisRuns implements Runs {
  private static final Logger log = LoggerFactory.getLogger(RedisRuns.class);
  private static final int MOST_TOLD = 100;
  private static final String DAMAGED = "DAMAGED";

  private final Shared shared;

  RedisRuns(Shared shared) {
    this.shared = shared;
  }

  @Override
  public Journal read(QueueRef queue, String key) {
    List<Journal.Entry> entries = new ArrayList<>();
    List<Journal.Message> messages = new ArrayList<>();
    boolean more = true;
    while (more) {
      Args args = shared.args().add(key).add(entries.size()).add(messages.size());
      Reply reply = shared.call(queue, Script.READ_JOURNAL, args);
      String unused = word(queue, key, reply);
      more = reply.flag();
      long left = reply.number();
      try {
        while (reply.hasMore()) {
          if (left-- > 0) {
            entries.add(StoredJournal.entry(reply.bytes()));
          } else {
            messages.add(StoredJournal.message(reply.bytes()));
          }
        }
      } catch (RuntimeException e) {
        throw damaged(queue, key, e);
      }
    }
    return new Journal(entries, messages, true);
  }

  @Override
  public CompletableFuture<AppendReply> append(
      QueueRef queue, Held held, Duration lease, Append append) {
    Args args =
        shared
            .args()
            .add(held.key())
            .add(held.token().toString())
            .add(lease.toMillis())
            .add(append.after())
            .add(JournalParts.encode(append));
    return shared
        .connections()
        .patientCommands()
        .call(
            Script.APPEND,
            Script.APPEND.keysOf(shared.keys(queue), ""),
            args,
            shared.options().commandTimeout())
        .handle(
            (parts, error) -> {
              if (error != null) {
                throw RedisErrors.translate(
                    queue.name(), "the journal of job " + held.key(), error);
              }
              return appended(queue, held.key(), Reply.of(queue.name(), parts));
            });
  }

  private static AppendReply appended(QueueRef queue, String key, Reply reply) {
    if (word(queue, key, reply).equals("REFUSED")) {
      return new AppendReply(false, Instant.EPOCH, 0, false);
    }
    return new AppendReply(
        true, Instant.ofEpochMilli(reply.number()), (int) reply.number(), reply.flag());
  }

  @Override
  public Delivery deliver(QueueRef queue, String key, String id, byte[] bytes) {
    Args args = shared.args().add(key).add(id).add(bytes);
    return Delivery.valueOf(word(queue, key, shared.call(queue, Script.DELIVER, args)));
  }

  @Override
  public @Nullable String spread(
      QueueRef queue, String subject, String id, byte[] bytes, @Nullable String after) {
    Args args = shared.args().add(subject).add(id).add(bytes).add(after == null ? "" : after);
    Reply reply = shared.call(queue, Script.SPREAD, args);
    reply.text();
    String next = reply.text();
    return next.isEmpty() ? null : next;
  }

  @Override
  public List<Ended> ended(QueueRef queue) {
    Reply reply = shared.call(queue, Script.ENDED, shared.args());
    reply.text();
    List<Ended> all = new ArrayList<>();
    while (reply.hasMore()) {
      Ended one = decode(queue, reply.bytes());
      if (one != null) {
        all.add(one);
      }
    }
    return all;
  }

  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  private static @Nullable Ended decode(QueueRef queue, byte[] stored) {
    int end = 0;
    while (end < stored.length && stored[end] != '\n') {
      end++;
    }
    String head = new String(stored, 0, end, StandardCharsets.UTF_8);
    String[] f = head.split("\t", -1);
    try {
      JobState how =
          switch (f[3]) {
            case "s" -> JobState.SUCCEEDED;
            case "d" -> JobState.DEAD;
            case "c" -> JobState.CANCELLED;
            default -> throw new IllegalStateException("no state " + f[3]);
          };
      byte[] text =
          end + 1 >= stored.length ? null : Arrays.copyOfRange(stored, end + 1, stored.length);
      return new Ended(f[0], f[1], Integer.parseInt(f[2]), how, f[4], text);
    } catch (RuntimeException e) {
      log.error(
          "queue {}: {} in its key ended cannot be read and nobody is told of it; remove it",
          queue.name(),
          Naming.quote(head),
          e);
      return null;
    }
  }

  @Override
  public void told(QueueRef queue, List<Ended> ended) {
    for (int from = 0; from < ended.size(); from += MOST_TOLD) {
      Args args = shared.args();
      for (Ended one : ended.subList(from, Math.min(ended.size(), from + MOST_TOLD))) {
        byte[] text = one.text();
        args.add(head(one)).add(text == null ? new byte[0] : text);
      }
      Reply unused = shared.call(queue, Script.TOLD, args);
    }
  }

  private static String head(Ended one) {
    String state =
        switch (one.how()) {
          case SUCCEEDED -> "s";
          case DEAD -> "d";
          default -> "c";
        };
    return String.join(
        "\t", one.parent(), one.key(), Integer.toString(one.claims()), state, one.reason());
  }

  @Override
  public ForkReply fork(QueueRef queue, String key, String copy, int entries) {
    String word;
    do {
      Args args = shared.args().add(key).add(copy).add(entries);
      word = word(queue, key, shared.call(queue, Script.FORK, args));
    } while (word.equals("MORE"));
    return ForkReply.valueOf(word);
  }

  /** The first word of a reply that is none of a damaged journal. */
  private static String word(QueueRef queue, String key, Reply reply) {
    String word = reply.text();
    if (word.equals(DAMAGED)) {
      throw damaged(queue, key, null);
    }
    return word;
  }

  private static QueueCorruptException damaged(
      QueueRef queue, String key, @Nullable Throwable cause) {
    return new QueueCorruptException(
        queue.name(),
        "the journal of job "
            + Naming.quote(key)
            + " of queue "
            + queue.name()
            + " cannot be read: somebody else wrote to key journal, or removed from it; cancel or"
            + " delete the job, and start it anew if that is safe",
        cause);
  }
}
