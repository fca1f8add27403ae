package dev.holdfast.testkit;

import dev.holdfast.spi.Topics;
import java.util.List;

/** Subscribes and asks again until that is answered. */
record RepeatingTopics(Topics topics) implements Topics {
  @Override
  public void subscribe(String event, Subscriber subscriber) {
    Repeating.run(() -> topics.subscribe(event, subscriber));
  }

  @Override
  public boolean unsubscribe(String event, String name) {
    return Repeating.call(() -> topics.unsubscribe(event, name));
  }

  @Override
  public List<Subscriber> subscribers(String event) {
    return Repeating.call(() -> topics.subscribers(event));
  }
}
