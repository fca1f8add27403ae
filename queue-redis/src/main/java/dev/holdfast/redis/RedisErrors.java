package dev.holdfast.redis;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.lock.LockException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** What an error of Redis or of the connection to it means for the call that met it. */
final class RedisErrors {
  /** What to do about an error. */
  enum Kind {
    /** The command was not sent: nothing happened. */
    NOT_SENT,
    /** No answer: it may have happened. */
    UNKNOWN,
    /** Redis refused for now: nothing happened, try again. */
    REFUSED_FOR_NOW,
    /** Redis refuses writes here (a replica): nothing happened, look for the primary. */
    READ_ONLY,
    /** Redis has no memory left: nothing was written. */
    OUT_OF_MEMORY,
    /** A key is of a type that is none of ours, or the queue's layout is: nothing was written. */
    WRONG_TYPE,
    /** User, password or permissions: nothing happened. */
    DENIED,
    /** Anything else that Redis answered. */
    OTHER
  }

  private RedisErrors() {}

  static Throwable unwrap(Throwable error) {
    Throwable cause = error;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Whether Redis has said it: the connection works. */
  static boolean isAnswer(Throwable error) {
    return unwrap(error) instanceof RedisCommandExecutionException;
  }

  /** What a call fails with whose connection did not open. */
  static Throwable notOpened(Throwable error) {
    Throwable cause = unwrap(error);
    Throwable last = cause;
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof RedisCommandExecutionException && kindOf(t) == Kind.DENIED) {
        return t;
      }
      last = t;
    }
    String said = last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
    return new NotSentException("Unable to connect: " + said, cause);
  }

  static Kind kindOf(Throwable error) {
    Throwable cause = unwrap(error);
    if (cause instanceof NotSentException) {
      return Kind.NOT_SENT;
    }
    if (cause instanceof RedisCommandTimeoutException || cause instanceof TimeoutException) {
      return Kind.UNKNOWN;
    }
    if (cause instanceof QueueCorruptException) {
      return Kind.WRONG_TYPE;
    }
    String message = cause.getMessage() == null ? "" : cause.getMessage();
    if (cause instanceof RedisCommandExecutionException) {
      return kindOfReply(message);
    }
    // With REJECT_COMMANDS Lettuce refuses before it sends; every other loss of the connection may
    // have come after the command arrived.
    boolean rejected =
        message.contains("Currently not connected")
            || message.equals("Connection is closed")
            || message.contains("Request queue size exceeded")
            || message.contains("Unable to connect");
    return rejected && !(cause instanceof ClosedChannelException) ? Kind.NOT_SENT : Kind.UNKNOWN;
  }

  private static Kind kindOfReply(String message) {
    String word = message.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
    return switch (word) {
      case "LOADING",
          "BUSY",
          "MASTERDOWN",
          "CLUSTERDOWN",
          "TRYAGAIN",
          "MOVED",
          "ASK",
          "UNBLOCKED",
          "MISCONF",
          "NOREPLICAS",
          "UNKILLABLE" ->
          Kind.REFUSED_FOR_NOW;
      case "READONLY" -> Kind.READ_ONLY;
      case "OOM" -> Kind.OUT_OF_MEMORY;
      case "WRONGTYPE" -> Kind.WRONG_TYPE;
      case "NOAUTH", "WRONGPASS", "NOPERM" -> Kind.DENIED;
      default -> nestedKind(message);
    };
  }

  /** Before 7.0, errors of commands inside a script come wrapped in a text of the script's. */
  private static Kind nestedKind(String message) {
    if (message.contains("WRONGTYPE")) {
      return Kind.WRONG_TYPE;
    } else if (message.contains("OOM command not allowed")) {
      return Kind.OUT_OF_MEMORY;
    } else if (message.contains("can't write against a read only replica")
        || message.contains("-READONLY")) {
      return Kind.READ_ONLY;
    } else if (message.contains("MISCONF")) {
      return Kind.REFUSED_FOR_NOW;
    }
    return Kind.OTHER;
  }

  /** What the future of a call for a lock fails with. */
  static HoldfastException translateLock(String lock, String what, Throwable error) {
    Throwable cause = unwrap(error);
    String said = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    String place = what + " lock " + lock;
    return switch (kindOf(cause)) {
      case WRONG_TYPE ->
          new LockException(
              place
                  + " was refused: its key holds what Holdfast did not write there. "
                  + "Nothing was changed; use another name, or move that key. Redis said: "
                  + said,
              cause);
      case DENIED ->
          new LockException(
              place + " was refused: the user lacks a permission. Redis said: " + said, cause);
      case NOT_SENT ->
          new EngineUnavailableException(place + " was not sent: no connection to Redis", cause);
      case UNKNOWN -> new EngineUnavailableException(place + " got no answer: " + said, cause);
      case REFUSED_FOR_NOW, READ_ONLY, OUT_OF_MEMORY, OTHER ->
          new EngineUnavailableException(place + " was refused by Redis: " + said, cause);
    };
  }

  /** The exception a caller of the engine sees for an error. */
  static HoldfastException translate(String queue, String what, Throwable error) {
    Throwable cause = unwrap(error);
    if (cause instanceof HoldfastException known) {
      return known;
    }
    String said = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    String place = what + " on queue " + queue;
    return switch (kindOf(cause)) {
      case WRONG_TYPE ->
          new QueueCorruptException(
              queue,
              place
                  + " was refused: a key of the queue holds what Holdfast did not write there. "
                  + "Nothing was changed; inspect the queue's keys. Redis said: "
                  + said,
              cause);
      case OUT_OF_MEMORY ->
          new QueueFullException(
              queue, place + " was refused: Redis is at maxmemory. Redis said: " + said);
      case DENIED ->
          new EngineUnavailableException(
              place + " was refused: the user lacks a permission. Redis said: " + said, cause);
      case NOT_SENT ->
          new EngineUnavailableException(
              place + " was not sent: no connection to Redis (" + said + ")", cause);
      case UNKNOWN -> new EngineUnavailableException(place + " got no answer: " + said, cause);
      case REFUSED_FOR_NOW, READ_ONLY, OTHER ->
          new EngineUnavailableException(place + " was refused by Redis: " + said, cause);
    };
  }
}
