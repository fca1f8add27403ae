package dev.holdfast.testkit;

import dev.holdfast.spi.Claiming.Subscription;
import dev.holdfast.spi.QueueRef;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells workers that a job of theirs should end: on the thread that cancels, so that a test sees
 * what comes of it, and with no lock held.
 */
final class CancelListeners {
  private static final Logger log = LoggerFactory.getLogger(CancelListeners.class);

  private final Map<QueueRef, List<Consumer<String>>> listeners = new ConcurrentHashMap<>();

  Subscription add(QueueRef queue, Consumer<String> listener) {
    List<Consumer<String>> of = listeners.computeIfAbsent(queue, q -> new CopyOnWriteArrayList<>());
    of.add(listener);
    return () -> of.remove(listener);
  }

  void tell(QueueRef queue, String key) {
    for (Consumer<String> listener : listeners.getOrDefault(queue, List.of())) {
      try {
        listener.accept(key);
      } catch (RuntimeException e) {
        log.warn("a listener failed to hear that job {} should end", queue.id(key), e);
      }
    }
  }
}
