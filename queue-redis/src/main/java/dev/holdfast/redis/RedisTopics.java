package dev.holdfast.redis;

import dev.holdfast.spi.Topics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Who wants to hear of which events: one key for all queues, each call one script call. */
final class RedisTopics implements Topics {
  private final Shared shared;

  RedisTopics(Shared shared) {
    this.shared = shared;
  }

  @Override
  public void subscribe(String event, Subscriber subscriber) {
    Reply unused = call("put", event, subscriber.name(), subscriber.how());
  }

  @Override
  public boolean unsubscribe(String event, String name) {
    return call("drop", event, name, "").flag();
  }

  @Override
  public List<Subscriber> subscribers(String event) {
    Reply reply = call("read", event, "", "");
    reply.flag();
    List<Subscriber> subscribers = new ArrayList<>();
    for (String line : reply.text().split("\n", -1)) {
      int tab = line.indexOf('\t');
      if (tab > 0) {
        subscribers.add(new Subscriber(line.substring(0, tab), line.substring(tab + 1)));
      }
    }
    subscribers.sort(Comparator.comparing(Subscriber::name));
    return List.copyOf(subscribers);
  }

  private Reply call(String act, String event, String name, String how) {
    byte[][] keys = {RedisKeys.topics(shared.options().namespace())};
    Args args = shared.args().add(act).add(event).add(name).add(how);
    Reply reply =
        new Reply(
            shared
                .connections()
                .patientCommands()
                .await("(any)", Script.TOPIC, keys, args, shared.options().commandTimeout()));
    reply.text();
    return reply;
  }
}
