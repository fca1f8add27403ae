package dev.holdfast.spi;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What a run keeps beside its job: what it has written down, and what it was sent. Both only grow
 * while the run lives, and each part keeps its place, so that "the first n" means the same for
 * ever.
 *
 * @param entries what the run has written, in order
 * @param messages what it was sent, in order of arrival
 * @param whole whether that is all; false in a claim whose journal has more than 64 KiB or 4,096
 *     parts, or would bring its turn above 1 MiB: then both lists are empty, and {@link Runs#read}
 *     gives them
 */
public record Journal(List<Entry> entries, List<Message> messages, boolean whole) {
  /** Nothing written, nothing sent. */
  public static final Journal EMPTY = new Journal(List.of(), List.of(), true);

  /** Copies the lists. */
  public Journal {
    entries = List.copyOf(entries);
    messages = List.copyOf(messages);
  }

  /**
   * One thing a run has written down.
   *
   * @param at when it was written, by the engine's clock
   * @param bytes opaque to the engine
   */
  public record Entry(Instant at, byte[] bytes) {
    /** Checks that both are there. */
    public Entry {
      Objects.requireNonNull(at, "at");
      Objects.requireNonNull(bytes, "bytes");
    }
  }

  /**
   * One thing a run was sent.
   *
   * @param id told by it from all others the run is sent: a second one of the same id is not kept;
   *     1 to 400 characters without control characters
   * @param at when it arrived, by the engine's clock
   * @param bytes opaque to the engine
   */
  public record Message(String id, Instant at, byte[] bytes) {
    /** Checks that all parts are there. */
    public Message {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(at, "at");
      Objects.requireNonNull(bytes, "bytes");
    }
  }
}
