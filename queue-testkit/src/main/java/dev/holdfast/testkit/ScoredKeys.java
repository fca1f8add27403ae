package dev.holdfast.testkit;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Keys with a number each, in the order of the numbers, equal ones in the order of the keys.
 * Guarded by the lock of its queue.
 */
final class ScoredKeys {
  private record Entry(long score, String key) {}

  private final Map<String, Long> scores = new HashMap<>();
  private final TreeSet<Entry> entries =
      new TreeSet<>(Comparator.comparingLong(Entry::score).thenComparing(Entry::key));

  void put(String key, long score) {
    remove(key);
    scores.put(key, score);
    entries.add(new Entry(score, key));
  }

  void putIfAbsent(String key, long score) {
    if (!scores.containsKey(key)) {
      put(key, score);
    }
  }

  void putIfEarlier(String key, long score) {
    Long old = scores.get(key);
    if (old == null || score < old) {
      put(key, score);
    }
  }

  void remove(String key) {
    Long old = scores.remove(key);
    if (old != null) {
      entries.remove(new Entry(old, key));
    }
  }

  @Nullable Long score(String key) {
    return scores.get(key);
  }

  int size() {
    return entries.size();
  }

  @Nullable String first() {
    return entries.isEmpty() ? null : entries.first().key();
  }

  @Nullable Long firstScore() {
    return entries.isEmpty() ? null : Long.valueOf(entries.first().score());
  }

  /** The first keys, at most so many, whose number is not above this one. */
  List<String> upTo(long score, int most) {
    return entries.stream()
        .takeWhile(entry -> entry.score() <= score)
        .limit(most)
        .map(Entry::key)
        .toList();
  }

  /** The first number that is above this one; null if there is none. */
  @Nullable Long firstAbove(long score) {
    Entry next = entries.higher(new Entry(score, Character.toString(Character.MAX_VALUE)));
    return next == null ? null : Long.valueOf(next.score());
  }

  /** How many keys have a number that is not above this one. */
  int countUpTo(long score) {
    return upTo(score, Integer.MAX_VALUE).size();
  }

  /** The last keys, at most so many, whose number is above this one. */
  List<String> above(long score, int most) {
    return entries.descendingSet().stream()
        .takeWhile(entry -> entry.score() > score)
        .limit(most)
        .map(Entry::key)
        .toList();
  }

  /** Up to so many keys in order, leaving out the first ones. */
  List<String> page(long from, int most) {
    return entries.stream().skip(from).limit(most).map(Entry::key).toList();
  }

  /** Up to so many keys from the end backwards, leaving out the last ones. */
  List<String> pageFromEnd(long from, int most) {
    return entries.descendingSet().stream().skip(from).limit(most).map(Entry::key).toList();
  }
}
