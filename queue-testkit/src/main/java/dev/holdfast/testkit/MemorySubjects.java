package dev.holdfast.testkit;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs of a queue that have not ended listen for which subject. Guarded by the lock of its
 * queue.
 */
final class MemorySubjects {
  /** Subject to the keys of those who listen; none is empty. */
  private final Map<String, NavigableSet<String>> listeners = new HashMap<>();

  /** A job listens for these, too. */
  void listen(MemoryJob job, Collection<String> subjects) {
    job.journal.subjects().addAll(subjects);
    subjects.forEach(
        subject -> listeners.computeIfAbsent(subject, s -> new TreeSet<>()).add(job.key));
  }

  /** A redriven job listens for what it did. */
  void listenAgain(MemoryJob job) {
    listen(job, List.copyOf(job.journal.subjects()));
  }

  /** A job has ended or is gone. */
  void leave(MemoryJob job) {
    for (String subject : job.journal.subjects()) {
      listeners.computeIfPresent(
          subject,
          (same, keys) -> {
            keys.remove(job.key);
            return keys.isEmpty() ? null : keys;
          });
    }
  }

  /** The keys of those who listen, in order, leaving out those up to one. */
  List<String> page(String subject, @Nullable String after, int most) {
    NavigableSet<String> keys = listeners.getOrDefault(subject, new TreeSet<>());
    return (after == null ? keys : keys.tailSet(after, false)).stream().limit(most).toList();
  }

  /** All who listen for anything, for checks. */
  Map<String, NavigableSet<String>> all() {
    return listeners;
  }
}
