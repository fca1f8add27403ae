package dev.holdfast.testkit.redis;

import dev.holdfast.job.HoldfastException;
import java.util.List;

/**
 * No source gives a Redis on this machine. The message says of each one why not, and what to do.
 */
public final class RedisNotFoundException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final transient Story story;

  /**
   * One source and why it gave nothing.
   *
   * @param source the source that was asked
   * @param reason why it could not
   */
  public record Refusal(RedisSource source, String reason) {}

  /** All that the message is made of, so that the same can be thrown again with another trace. */
  record Story(String problem, String remedy, List<Refusal> refusals) {
    Story {
      refusals = List.copyOf(refusals);
    }

    private String message() {
      StringBuilder text = new StringBuilder(problem);
      for (Refusal refusal : refusals) {
        text.append("\n  - ").append(refusal.source().description());
        text.append(": ").append(refusal.reason());
      }
      return text.append('\n').append(remedy).toString();
    }
  }

  RedisNotFoundException(String problem, String remedy, List<Refusal> refusals) {
    this(new Story(problem, remedy, refusals));
  }

  RedisNotFoundException(Story story) {
    super(story.message());
    this.story = story;
  }

  Story story() {
    return story;
  }

  /**
   * Gives each source that was asked, in order.
   *
   * @return unmodifiable
   */
  public List<Refusal> refusals() {
    return story.refusals();
  }
}
