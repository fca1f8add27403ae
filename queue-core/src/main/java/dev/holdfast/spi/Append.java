package dev.holdfast.spi;

import java.util.List;

/**
 * Entries on their way into a run's journal. Safe to repeat: entries that are there already, at
 * this place and of these bytes, stay as they were first written.
 *
 * @param after how many entries the journal has before them, as far as the writer knows
 * @param entries the entries, opaque to the engine; may be none
 * @param subjects what the run listens for from now on, beside what it did: see {@link
 *     Runs#spread}; may be none
 */
public record Append(int after, List<byte[]> entries, List<String> subjects) {
  /** Copies the lists. */
  public Append {
    entries = List.copyOf(entries);
    subjects = List.copyOf(subjects);
  }

  /** Nothing to write. */
  public static Append nothing(int after) {
    return new Append(after, List.of(), List.of());
  }
}
