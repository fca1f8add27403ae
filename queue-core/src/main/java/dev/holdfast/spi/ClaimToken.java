package dev.holdfast.spi;

import dev.holdfast.job.Naming;

/**
 * The proof of one claim, unique to it: every write after the claim quotes it.
 *
 * @param number rises with every claim of a queue partition, a failover of the store included; the
 *     fencing token
 * @param nonce 16 hexadecimal characters of randomness
 */
public record ClaimToken(long number, String nonce) {
  /** Reads a token as {@link #toString()} writes it. */
  public static ClaimToken parse(String text) {
    int dash = text.indexOf('-');
    if (dash < 1) {
      throw new IllegalArgumentException("claim token " + Naming.quote(text) + " has no number");
    }
    return new ClaimToken(Long.parseLong(text.substring(0, dash)), text.substring(dash + 1));
  }

  @Override
  public String toString() {
    return number + "-" + nonce;
  }
}
