package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.spi.Topics;
import dev.holdfast.spi.Topics.Subscriber;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who wants to hear of which events. */
public abstract class TopicsContract extends EngineContract {
  private final String event = "event-" + UUID.randomUUID();

  private Topics topics() {
    return engine().topics();
  }

  @Test
  void nobody_wants_to_hear_of_a_new_event() {
    assertThat(topics().subscribers(event)).isEmpty();
  }

  @Test
  void subscribers_come_by_name() {
    topics().subscribe(event, new Subscriber("b", "2"));
    topics().subscribe(event, new Subscriber("c", ""));
    topics().subscribe(event, new Subscriber("a", "{\"x\":\"ü\"}"));
    assertThat(topics().subscribers(event))
        .containsExactly(
            new Subscriber("a", "{\"x\":\"ü\"}"),
            new Subscriber("b", "2"),
            new Subscriber("c", ""));
  }

  @Test
  void a_second_subscription_of_a_name_changes_what_is_kept_of_it() {
    topics().subscribe(event, new Subscriber("a", "1"));
    topics().subscribe(event, new Subscriber("a", "2"));
    topics().subscribe(event, new Subscriber("a", "2"));
    assertThat(topics().subscribers(event)).containsExactly(new Subscriber("a", "2"));
  }

  @Test
  void a_subscriber_that_leaves_hears_no_more() {
    topics().subscribe(event, new Subscriber("a", "1"));
    topics().subscribe(event, new Subscriber("b", "2"));
    assertThat(topics().unsubscribe(event, "a")).isTrue();
    assertThat(topics().unsubscribe(event, "a")).isFalse();
    assertThat(topics().unsubscribe(event, "never")).isFalse();
    assertThat(topics().subscribers(event)).containsExactly(new Subscriber("b", "2"));
    assertThat(topics().unsubscribe(event, "b")).isTrue();
    assertThat(topics().subscribers(event)).isEmpty();
  }

  @Test
  void events_are_told_apart_by_their_whole_name() {
    List<String> events = List.of(event, event + "a", event + ".a", event + ":a", event + "}");
    events.forEach(one -> topics().subscribe(one, new Subscriber("a", one)));
    events.forEach(
        one -> assertThat(topics().subscribers(one)).containsExactly(new Subscriber("a", one)));
    assertThat(topics().unsubscribe(event, "a")).isTrue();
    assertThat(topics().subscribers(event + "a")).hasSize(1);
  }

  @Test
  void the_longest_name_and_instruction_are_kept() {
    Subscriber longest = new Subscriber("n".repeat(300), "h".repeat(1_000));
    topics().subscribe(event, longest);
    assertThat(topics().subscribers(event)).containsExactly(longest);
    assertThat(topics().unsubscribe(event, longest.name())).isTrue();
  }
}
