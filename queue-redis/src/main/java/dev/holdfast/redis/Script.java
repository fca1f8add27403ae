package dev.holdfast.redis;

import static dev.holdfast.redis.RedisKeys.Key.*;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Every script with the keys it takes, in order. A test compares them with each script's header.
 *
 * <p>A line {@code --- include a, b} in a script stands for the files of {@code include/}; they are
 * joined here, so that Redis sees one text and one digest. An included file may include others.
 */
enum Script {
  OPEN(
      JOBS,
      TRACK,
      NOTES,
      LEASES,
      DUE,
      DEAD,
      DONE,
      SKIP,
      OPS,
      SEEN,
      WORKERS,
      BELL,
      META,
      HIGH,
      NORMAL,
      LOW,
      SUSPECT,
      IDEM,
      ENDS,
      UNIQUE,
      SCHEDULES,
      PLANS,
      TICKS,
      ROSTER,
      LIMITS,
      RATES,
      HOLDERS,
      PARKED,
      SEATS,
      WAKES,
      JOURNAL,
      LISTENERS,
      RedisKeys.Key.ENDED),
  ENQUEUE(
      JOBS, TRACK, DUE, DEAD, BELL, META, OPS, SEEN, IDEM, ENDS, HIGH, NORMAL, LOW, UNIQUE, NOTES,
      LIMITS, RATES, HOLDERS, PARKED, SEATS, WAKES, SUSPECT, JOURNAL, LISTENERS),
  TURN(
      JOBS,
      TRACK,
      NOTES,
      LEASES,
      DUE,
      DEAD,
      DONE,
      SKIP,
      OPS,
      SEEN,
      WORKERS,
      BELL,
      META,
      HIGH,
      NORMAL,
      LOW,
      SUSPECT,
      ACTIVE,
      UNIQUE,
      LIMITS,
      RATES,
      HOLDERS,
      PARKED,
      SEATS,
      WAKES,
      JOURNAL,
      LISTENERS,
      RedisKeys.Key.ENDED),
  EXTEND(LEASES, TRACK),
  NOTE(TRACK, NOTES, LEASES),
  REAP(
      JOBS,
      TRACK,
      NOTES,
      LEASES,
      DEAD,
      DONE,
      OPS,
      SEEN,
      WORKERS,
      BELL,
      META,
      HIGH,
      NORMAL,
      LOW,
      SUSPECT,
      UNIQUE,
      LIMITS,
      RATES,
      HOLDERS,
      PARKED,
      SEATS,
      WAKES,
      JOURNAL,
      LISTENERS,
      RedisKeys.Key.ENDED),
  TIDY(
      JOBS,
      TRACK,
      NOTES,
      LEASES,
      DEAD,
      DONE,
      WORKERS,
      BELL,
      META,
      HIGH,
      NORMAL,
      LOW,
      SUSPECT,
      ACTIVE,
      UNIQUE,
      LIMITS,
      RATES,
      HOLDERS,
      PARKED,
      SEATS,
      WAKES,
      JOURNAL,
      LISTENERS,
      RedisKeys.Key.ENDED),
  CANCEL(
      JOBS,
      TRACK,
      NOTES,
      LEASES,
      DUE,
      DEAD,
      DONE,
      SKIP,
      META,
      UNIQUE,
      LIMITS,
      RATES,
      HOLDERS,
      PARKED,
      SEATS,
      WAKES,
      BELL,
      HIGH,
      NORMAL,
      LOW,
      SUSPECT,
      JOURNAL,
      LISTENERS,
      RedisKeys.Key.ENDED),
  REDRIVE(JOBS, TRACK, LEASES, DEAD, BELL, META, HIGH, NORMAL, LOW, UNIQUE),
  MOVE(
      JOBS, TRACK, LEASES, DUE, SKIP, BELL, META, HIGH, NORMAL, LOW, SUSPECT, LIMITS, RATES,
      HOLDERS, PARKED, SEATS, WAKES),
  DELETE(
      JOBS,
      TRACK,
      NOTES,
      DUE,
      DEAD,
      DONE,
      SKIP,
      LEASES,
      IDEM,
      ENDS,
      META,
      UNIQUE,
      LIMITS,
      RATES,
      HOLDERS,
      PARKED,
      SEATS,
      WAKES,
      BELL,
      HIGH,
      NORMAL,
      LOW,
      SUSPECT,
      JOURNAL,
      LISTENERS,
      RedisKeys.Key.ENDED),
  PURGE(
      JOBS,
      TRACK,
      NOTES,
      DUE,
      SKIP,
      HIGH,
      NORMAL,
      LOW,
      SUSPECT,
      META,
      UNIQUE,
      LIMITS,
      RATES,
      HOLDERS,
      PARKED,
      SEATS,
      WAKES,
      BELL,
      JOURNAL,
      LISTENERS,
      RedisKeys.Key.ENDED,
      DONE),
  PAUSE(META, BELL, LEASES),
  BOUND(META, LEASES),
  LIMIT(META, BELL, LEASES, TRACK, LIMITS, HOLDERS, WAKES, RATES, PARKED),
  LEAVE(META, BELL, WORKERS, ACTIVE, LEASES),
  RING(BELL, META),
  FIND(JOBS, TRACK, NOTES, DUE, DEAD, DONE, SEATS),
  LIST(
      JOBS, TRACK, NOTES, DUE, DEAD, DONE, LEASES, SKIP, HIGH, NORMAL, LOW, SUSPECT, SEATS, PARKED),
  STATS(JOBS, TRACK, DUE, LEASES, DEAD, DONE, SKIP, META, HIGH, NORMAL, LOW, SUSPECT, PARKED),
  WRITE_SCHEDULE(SCHEDULES, PLANS, TICKS, ROSTER, META),
  DROP_SCHEDULE(SCHEDULES, PLANS, TICKS, ROSTER, META),
  FIND_SCHEDULES(SCHEDULES, PLANS, ROSTER),
  DUE_TICKS(TICKS, SCHEDULES, JOBS, TRACK, LEASES, META),
  FIRE(
      SCHEDULES, TICKS, JOBS, TRACK, LEASES, DEAD, BELL, META, IDEM, ENDS, HIGH, NORMAL, LOW,
      JOURNAL, LISTENERS),
  ENLIST(QUEUES),
  LOCK(RedisKeys.Key.LOCK),
  EXTEND_LOCK(RedisKeys.Key.LOCK),
  UNLOCK(RedisKeys.Key.LOCK),
  APPEND(LEASES, TRACK, JOURNAL, LISTENERS, META),
  READ_JOURNAL(JOBS, TRACK, JOURNAL),
  DELIVER(JOBS, TRACK, DUE, JOURNAL, BELL, META, HIGH, NORMAL, LOW, SUSPECT),
  SPREAD(JOBS, TRACK, DUE, JOURNAL, LISTENERS, BELL, META, HIGH, NORMAL, LOW, SUSPECT),
  ENDED(RedisKeys.Key.ENDED),
  TOLD(RedisKeys.Key.ENDED, META),
  FORK(JOBS, TRACK, JOURNAL, LISTENERS, DONE, BELL, META, HIGH, NORMAL, LOW),
  TOPIC(TOPICS);

  private static final String INCLUDE = "--- include ";

  private final List<RedisKeys.Key> keys;
  private final byte[] text;
  private final String digest;

  Script(RedisKeys.Key... keys) {
    this.keys = List.of(keys);
    this.text = assemble(fileName()).getBytes(StandardCharsets.UTF_8);
    this.digest = sha1(text);
  }

  List<RedisKeys.Key> keys() {
    return keys;
  }

  byte[] text() {
    return text;
  }

  /** The digest that EVALSHA names the script by. */
  String digest() {
    return digest;
  }

  String fileName() {
    return name().toLowerCase(Locale.ROOT) + ".lua";
  }

  /**
   * The script's keys for a queue; {@code consumer} names the active list of those that take one.
   */
  byte[][] keysOf(RedisKeys queue, String consumer) {
    byte[][] all = new byte[keys.size()][];
    for (int i = 0; i < all.length; i++) {
      RedisKeys.Key key = keys.get(i);
      all[i] = key == ACTIVE ? queue.active(consumer) : queue.of(key);
    }
    return all;
  }

  /** The text of a file of scripts. */
  static String read(String file) {
    try (InputStream in = Script.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("script " + file + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("script " + file + " cannot be read", e);
    }
  }

  private static String assemble(String file) {
    StringBuilder whole = new StringBuilder();
    for (String line : read(file).split("\n", -1)) {
      if (line.startsWith(INCLUDE)) {
        for (String name : line.substring(INCLUDE.length()).split(",", -1)) {
          whole.append(assemble("include/" + name.strip() + ".lua"));
        }
      } else {
        whole.append(line).append('\n');
      }
    }
    return whole.toString();
  }

  private static String sha1(byte[] text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
