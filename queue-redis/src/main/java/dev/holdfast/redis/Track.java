package dev.holdfast.redis;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobKeys;
import dev.holdfast.job.StateReason;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A job's record in the hash {@code track}, as {@code include/track.lua} writes it: fifteen fields
 * between tabs, later ones may be appended.
 *
 * @param state q queued, a active, s succeeded, c cancelled, d dead
 * @param lane the home lane's letter
 * @param reason why it is in its state
 * @param at since when, epoch ms
 * @param counters what happened
 * @param consumer who holds it, "" if nobody
 * @param cancel whether a cancel was asked for
 * @param due since or from when it is ready, epoch ms; null: since its key's time
 * @param missed when it was first missed, epoch ms; null: never
 * @param type its type
 */
record Track(
    char state,
    char lane,
    StateReason reason,
    long at,
    Counters counters,
    String consumer,
    boolean cancel,
    @Nullable Long due,
    @Nullable Long missed,
    String type) {
  private static final int MOST_DIGITS = 18;
  private static final Map<String, StateReason> REASONS =
      Arrays.stream(StateReason.values())
          .collect(Collectors.toUnmodifiableMap(StateReason::name, reason -> reason));
  private static final Pattern SINCE = Pattern.compile("([+@]?)(\\d{1,18})");

  static @Nullable Track decode(String text) {
    String[] f = text.split("\t", -1);
    if (f.length < 15 || f[0].length() != 1 || f[1].length() != 1) {
      return null;
    }
    try {
      return new Track(
          f[0].charAt(0),
          f[1].charAt(0),
          reason(f[2]),
          f[3].isEmpty() ? 0 : Long.parseLong(f[3]),
          new Counters(
              Integer.parseInt(f[4]),
              Integer.parseInt(f[5]),
              Integer.parseInt(f[6]),
              Integer.parseInt(f[7]),
              Integer.parseInt(f[8])),
          f[10],
          !f[11].isEmpty(),
          millis(f[12]),
          millis(f[13]),
          f[14]);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Null also for more digits than an instant has: one such record must not spoil a whole turn. */
  private static @Nullable Long millis(String digits) {
    return digits.isEmpty() || digits.length() > MOST_DIGITS ? null : Long.valueOf(digits);
  }

  private static StateReason reason(String name) {
    return REASONS.getOrDefault(name, StateReason.ENQUEUED);
  }

  /**
   * Since when a job is ready, epoch ms.
   *
   * @param since as a script gives it: epoch ms; {@code +ms} after the key's time, {@code @ms} but
   *     not before the key's time, or "" for the key's time, as is what cannot be read
   */
  static long readySince(String key, String since) {
    long made = JobKeys.instantOf(key).toEpochMilli();
    if (since.isEmpty()) {
      return made;
    }
    Matcher parts = SINCE.matcher(since);
    if (!parts.matches()) {
      return made;
    }
    long amount = Long.parseLong(parts.group(2));
    return switch (parts.group(1)) {
      case "+" -> made + amount;
      case "@" -> Math.max(made, amount);
      default -> amount;
    };
  }
}
