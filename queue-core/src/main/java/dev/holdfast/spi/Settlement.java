package dev.holdfast.spi;

import java.util.Objects;

/**
 * The outcome of one claim, on its way to the engine. Safe to repeat.
 *
 * @param held the job and the claim's token
 * @param outcome what became of it
 */
public record Settlement(Held held, Outcome outcome) {
  /** Checks that both are there. */
  public Settlement {
    Objects.requireNonNull(held, "held");
    Objects.requireNonNull(outcome, "outcome");
  }
}
