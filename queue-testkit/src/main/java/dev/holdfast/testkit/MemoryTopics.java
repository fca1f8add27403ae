package dev.holdfast.testkit;

import dev.holdfast.spi.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Who wants to hear of which events. Safe for use by many threads. */
final class MemoryTopics implements Topics {
  private final MemoryStore store;

  /** Event type to its subscribers by name; guarded by itself. */
  private final Map<String, Map<String, Subscriber>> subscribers = new HashMap<>();

  MemoryTopics(MemoryStore store) {
    this.store = store;
  }

  @Override
  public void subscribe(String event, Subscriber subscriber) {
    store.requireOpen();
    synchronized (subscribers) {
      subscribers.computeIfAbsent(event, e -> new TreeMap<>()).put(subscriber.name(), subscriber);
    }
  }

  @Override
  public boolean unsubscribe(String event, String name) {
    store.requireOpen();
    synchronized (subscribers) {
      Map<String, Subscriber> of = subscribers.get(event);
      return of != null && of.remove(name) != null;
    }
  }

  @Override
  public List<Subscriber> subscribers(String event) {
    store.requireOpen();
    synchronized (subscribers) {
      return List.copyOf(subscribers.getOrDefault(event, Map.of()).values());
    }
  }
}
