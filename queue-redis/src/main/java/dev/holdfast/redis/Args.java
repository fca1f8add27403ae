package dev.holdfast.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Gathers a script's arguments. The first of every script is the instant it is judged by. */
final class Args {
  private static final byte[] NONE = new byte[0];

  private final List<byte[]> args = new ArrayList<>();

  /** Begins with an instant in epoch ms, or "" for the server's own. */
  Args(String now) {
    add(now);
  }

  Args add(String text) {
    args.add(text.isEmpty() ? NONE : text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  Args add(long number) {
    return add(Long.toString(number));
  }

  Args add(boolean flag) {
    return add(flag ? "1" : "0");
  }

  Args add(byte[] bytes) {
    args.add(bytes);
    return this;
  }

  byte[][] array() {
    return args.toArray(new byte[0][]);
  }
}
