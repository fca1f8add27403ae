package dev.holdfast.testkit;

import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Topics;
import dev.holdfast.testkit.FaultyEngine.Call;
import java.util.List;

/** Subscriptions of which some calls go wrong. */
final class FaultyTopics implements Topics {
  private final Engine engine;
  private final FaultDice dice;

  /** Creates it around what an engine has once it is asked: not every engine keeps topics. */
  FaultyTopics(Engine engine, FaultDice dice) {
    this.engine = engine;
    this.dice = dice;
  }

  private static String to(String event) {
    return " to event " + event;
  }

  @Override
  public void subscribe(String event, Subscriber subscriber) {
    Boolean unused =
        dice.call(
            Call.SUBSCRIBE,
            to(event),
            () -> {
              engine.topics().subscribe(event, subscriber);
              return true;
            });
  }

  @Override
  public boolean unsubscribe(String event, String name) {
    return dice.call(Call.UNSUBSCRIBE, to(event), () -> engine.topics().unsubscribe(event, name));
  }

  @Override
  public List<Subscriber> subscribers(String event) {
    return dice.call(Call.SUBSCRIBERS, to(event), () -> engine.topics().subscribers(event));
  }
}
