package dev.holdfast.job;

/**
 * Names one job for ever: the queue it is in, the partition of that queue, and its key. Any process
 * can find the job by it.
 *
 * <p>Written {@code queue~partition~key}, such as {@code mail~0~01J9ZQ4K7MX3V5T8B2N6C1D0EF}. The
 * key is 26 characters of Crockford's base 32: 48 bits of time in ms, then 80 random bits. Keys are
 * Holdfast's to give; a caller's own name for a job is an idempotency key.
 *
 * @param queue the queue's name
 * @param partition the partition of the queue, 0 unless the queue is spread over several
 * @param key the 26-character key
 */
public record JobId(String queue, int partition, String key) {
  private static final int KEY_LENGTH = 26;
  private static final int MAX_PARTITION = 1023;

  /**
   * Checks the parts.
   *
   * @throws InvalidNameException if a part is not of its form
   */
  public JobId {
    Naming.queue(queue);
    if (partition < 0 || partition > MAX_PARTITION) {
      throw new InvalidNameException("partition " + partition + " is not in 0.." + MAX_PARTITION);
    }
    if (key == null || !isKey(key)) {
      throw new InvalidNameException(
          "job key "
              + (key == null ? "null" : Naming.quote(key))
              + " is not 26 characters of 0-9 A-Z without I, L, O, U");
    }
  }

  /**
   * Reads an id as {@link #toString()} writes it.
   *
   * @throws InvalidNameException if it is null or not of that form
   */
  public static JobId parse(String text) {
    if (text == null) {
      throw new InvalidNameException("job id is null");
    }
    int first = text.indexOf('~');
    int second = text.indexOf('~', first + 1);
    if (first > 0 && second > first + 1 && second - first <= 5) {
      String digits = text.substring(first + 1, second);
      if (digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return new JobId(
            text.substring(0, first), Integer.parseInt(digits), text.substring(second + 1));
      }
    }
    throw new InvalidNameException(
        "job id " + Naming.quote(text) + " is not of the form queue~partition~key");
  }

  /** Whether the text has the form of a key. */
  public static boolean isKey(String text) {
    if (text.length() != KEY_LENGTH) {
      return false;
    }
    for (int i = 0; i < KEY_LENGTH; i++) {
      char c = text.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      boolean letter = c >= 'A' && c <= 'Z' && c != 'I' && c != 'L' && c != 'O' && c != 'U';
      if (!digit && !letter) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return queue + "~" + partition + "~" + key;
  }
}
