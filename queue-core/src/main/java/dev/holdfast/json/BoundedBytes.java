package dev.holdfast.json;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Collects bytes up to a limit and counts the rest, so that a message can name the size of what is
 * too large without keeping it. Gives up at 64 times the limit: what grows on has no end.
 */
final class BoundedBytes extends OutputStream {
  private static final int GIVE_UP = 64;

  private final int limit;
  private byte[] bytes = new byte[256];
  private long count;

  BoundedBytes(int limit) {
    this.limit = limit;
  }

  /** Thrown when there is no point in counting on. */
  static final class Endless extends IOException {
    private static final long serialVersionUID = 1L;

    Endless() {
      super("the JSON does not end");
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] source, int from, int length) throws IOException {
    if (count + length <= limit) {
      int end = (int) count + length;
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.min(limit, Math.max(end, bytes.length * 2)));
      }
      System.arraycopy(source, from, bytes, (int) count, length);
    }
    count += length;
    if (count > (long) limit * GIVE_UP) {
      throw new Endless();
    }
  }

  boolean overflowed() {
    return count > limit;
  }

  /** Bytes written so far, kept or not. */
  long count() {
    return count;
  }

  /** What was written; only if it has not overflowed. */
  byte[] toByteArray() {
    return Arrays.copyOf(bytes, (int) count);
  }
}
