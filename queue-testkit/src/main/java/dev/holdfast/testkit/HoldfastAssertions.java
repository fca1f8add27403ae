package dev.holdfast.testkit;

import dev.holdfast.Holdfast;
import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.flow.RunStatus;

/**
 * AssertJ assertions on jobs, queues and dead letters; import {@link #assertThat} statically beside
 * AssertJ's own.
 *
 * <pre>{@code
 * assertThat(holdfast).job(id).isDead().withReason(StateReason.EXHAUSTED);
 * assertThat(holdfast).queue("mail").isEmpty();
 * assertThat(holdfast).eventually().job(id).hasSucceeded();
 * assertThat(holdfast.runs().status(id).orElseThrow()).isWaitingFor("until end");
 * }</pre>
 */
public final class HoldfastAssertions {
  private HoldfastAssertions() {}

  /** Begins an assertion on what an engine holds. */
  public static HoldfastAssert assertThat(Holdfast holdfast) {
    return new HoldfastAssert(holdfast, Patience.NONE);
  }

  /** Begins an assertion on a run that was read. */
  public static RunStatusAssert assertThat(RunStatus run) {
    return new RunStatusAssert(run);
  }

  /** Begins an assertion on a dead letter that was read. */
  public static DeadLetterAssert assertThat(DeadLetter letter) {
    return new DeadLetterAssert(letter);
  }
}
