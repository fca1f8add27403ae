package dev.holdfast.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Gathers a script's arguments, in the form they are sent in. The first of every script is the
 * instant it is judged by.
 *
 * <p>A call with 100 jobs has 400 arguments. Written here, by the thread that calls, they cost one
 * array; handed to Lettuce one by one each would cost objects and a buffer, on the one thread that
 * serves every connection.
 */
final class Args {
  private static final byte[] CRLF = {'\r', '\n'};

  /** What an argument takes beside its own bytes, at most: "$", 10 digits, two line ends. */
  private static final int AROUND = 15;

  private byte[] bytes;
  private int length;
  private int count;

  /** Begins with an instant in epoch ms, or "" for the server's own. */
  Args(String now) {
    this(256);
    add(now);
  }

  private Args(int size) {
    bytes = new byte[size];
  }

  /**
   * Begins empty: a part of arguments, to be added to others.
   *
   * @param size bytes of all that will be added, about
   */
  static Args part(int size) {
    return new Args(size + 4 * AROUND);
  }

  /** Makes room for parts that will be added, so that the bytes are copied once. */
  Args expecting(Iterable<Args> parts) {
    int size = 0;
    for (Args part : parts) {
      size += part.length;
    }
    reserve(size);
    return this;
  }

  Args add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  Args add(long number) {
    return add(Long.toString(number));
  }

  Args add(boolean flag) {
    return add(flag ? "1" : "0");
  }

  Args add(byte[] argument) {
    reserve(argument.length + AROUND);
    bytes[length++] = '$';
    digits(argument.length);
    append(CRLF);
    append(argument);
    append(CRLF);
    count++;
    return this;
  }

  /** Adds all arguments of a part, which can be added again. */
  Args add(Args part) {
    reserve(part.length);
    System.arraycopy(part.bytes, 0, bytes, length, part.length);
    length += part.length;
    count += part.count;
    return this;
  }

  private void digits(int number) {
    int first = length;
    int rest = number;
    do {
      bytes[length++] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    for (int i = first, j = length - 1; i < j; i++, j--) {
      byte swapped = bytes[i];
      bytes[i] = bytes[j];
      bytes[j] = swapped;
    }
  }

  private void append(byte[] more) {
    System.arraycopy(more, 0, bytes, length, more.length);
    length += more.length;
  }

  private void reserve(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }

  /** A call of a script by its digest; Redis may not know it. */
  AsyncCommand<byte[], byte[], List<Object>> evalsha(Script script, byte[][] keys) {
    return command(CommandType.EVALSHA, script.digest().getBytes(StandardCharsets.US_ASCII), keys);
  }

  /** A call of a script that brings its text. */
  AsyncCommand<byte[], byte[], List<Object>> eval(Script script, byte[][] keys) {
    return command(CommandType.EVAL, script.text(), keys);
  }

  private AsyncCommand<byte[], byte[], List<Object>> command(
      CommandType type, byte[] script, byte[][] keys) {
    Args head = new Args(1024).add(script).add(keys.length);
    for (byte[] key : keys) {
      head.add(key);
    }
    return new AsyncCommand<>(
        new Command<>(
            type, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), new Written(head, this)));
  }

  /** Arguments that are written already. */
  private static final class Written extends CommandArgs<byte[], byte[]> {
    private final Args head;
    private final Args rest;

    Written(Args head, Args rest) {
      super(ByteArrayCodec.INSTANCE);
      this.head = head;
      this.rest = rest;
    }

    @Override
    public int count() {
      return head.count + rest.count;
    }

    @Override
    public void encode(ByteBuf out) {
      out.writeBytes(head.bytes, 0, head.length);
      out.writeBytes(rest.bytes, 0, rest.length);
    }

    /** What logs and exceptions show: no payload. */
    @Override
    public String toCommandString() {
      return count() + " arguments";
    }
  }
}
