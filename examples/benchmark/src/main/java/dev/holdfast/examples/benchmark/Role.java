package dev.holdfast.examples.benchmark;

import org.jspecify.annotations.Nullable;

/** What a row is in its scenario: Holdfast, a limit to compare with, or another library. */
enum Role {
  /** Holdfast. */
  HOLDFAST(null),
  /** Bare lists through Lettuce, many commands on their way at once: about the most there is. */
  PIPELINED(Figure.OF_PIPELINED),
  /** Bare lists, each command awaited: what a first attempt at a queue does. */
  ONE_BY_ONE(Figure.OF_ONE_BY_ONE),
  /** A bare loop around BLMOVE: the least latency there is. */
  BLOCKING(Figure.OF_BLOCKING),
  /** Redis's own load generator: about what the server does at most. */
  REDIS_BENCHMARK(Figure.OF_REDIS_BENCHMARK),
  /** Shown beside the others, compared with nothing. */
  ASIDE(null),
  /** Another library. */
  PEER(null);

  private final @Nullable Figure ratio;

  Role(@Nullable Figure ratio) {
    this.ratio = ratio;
  }

  /** The figure that compares others with a row of this role, or null. */
  @Nullable Figure ratio() {
    return ratio;
  }
}
