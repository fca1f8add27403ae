package dev.holdfast.spi;

import java.util.Objects;

/**
 * A job somebody holds, with the proof.
 *
 * @param key the job's key
 * @param token the token of its claim
 */
public record Held(String key, ClaimToken token) {
  /** Checks that both are there. */
  public Held {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(token, "token");
  }
}
