package dev.holdfast.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one lane, in order; any of them can be taken out. Guarded by the lock of its queue.
 *
 * <p>A job that an operator moves elsewhere leaves its place behind: it has it again if it is moved
 * back before claims have gone past.
 */
final class ReadyList {
  private final TreeMap<Long, String> keys = new TreeMap<>();
  private final Map<String, Long> places = new HashMap<>();

  /** The places of jobs that were moved elsewhere, and whose each is. */
  private final TreeMap<Long, String> left = new TreeMap<>();

  private final Map<String, Long> leftPlaces = new HashMap<>();
  private long head;
  private long tail = 1;

  void addFirst(String key) {
    put(head--, key);
  }

  void addLast(String key) {
    put(tail++, key);
  }

  private void put(long place, String key) {
    if (places.putIfAbsent(key, place) != null) {
      throw new IllegalStateException("job " + key + " is in this lane already");
    }
    keys.put(place, key);
  }

  void remove(String key) {
    Long place = places.remove(key);
    if (place != null) {
      keys.remove(place);
    }
  }

  /** Takes a job out that is moved elsewhere. */
  void leave(String key) {
    Long place = places.get(key);
    remove(key);
    if (place != null) {
      forgetPlace(key);
      leftPlaces.put(key, place);
      left.put(place, key);
    }
  }

  /** Puts a job that is moved here to the place it left, else to the tail. */
  void join(String key) {
    Long place = leftPlaces.get(key);
    forgetPlace(key);
    put(place == null ? tail++ : place, key);
  }

  /** Forgets the place a job has left behind. */
  void forgetPlace(String key) {
    Long place = leftPlaces.remove(key);
    if (place != null) {
      left.remove(place);
    }
  }

  /** The key to claim next; whoever left a place before it has lost that place. */
  @Nullable String next() {
    Map<Long, String> passed = keys.isEmpty() ? left : left.headMap(keys.firstKey());
    passed.values().forEach(leftPlaces::remove);
    passed.clear();
    return first();
  }

  @Nullable String first() {
    return keys.isEmpty() ? null : keys.firstEntry().getValue();
  }

  int size() {
    return keys.size();
  }

  /** Up to so many keys, leaving out the first ones. */
  List<String> page(long from, int most) {
    return keys.values().stream().skip(from).limit(most).toList();
  }
}
