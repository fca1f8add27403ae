package dev.holdfast.testkit.redis;

import dev.holdfast.job.HoldfastException;

/** Redis answered with an error. The connection stays usable. */
public final class RespException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  RespException(String message) {
    super(message);
  }

  /**
   * Gives the first word of the error.
   *
   * @return such as {@code ERR}, {@code NOAUTH}, {@code WRONGTYPE} or {@code LOADING}
   */
  public String code() {
    String message = String.valueOf(getMessage());
    int blank = message.indexOf(' ');
    return blank < 0 ? message : message.substring(0, blank);
  }
}
