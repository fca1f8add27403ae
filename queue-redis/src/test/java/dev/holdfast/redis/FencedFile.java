package dev.holdfast.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A store as lock users should have one: it keeps the highest fencing token it has seen and refuses
 * a lower one, in one step for all processes. Beside it a counter that nothing but the distributed
 * lock protects.
 */
final class FencedFile {
  private final Path store;
  private final Path counter;

  FencedFile(Path directory) {
    store = directory.resolve("store");
    counter = directory.resolve("counter");
  }

  /** Writes with a token; false if a higher one was seen. */
  boolean write(long token) {
    try (FileChannel channel =
            FileChannel.open(
                store,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        var unused = channel.lock()) {
      ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
      long highest = channel.read(bytes, 0) == Long.BYTES ? bytes.flip().getLong() : 0;
      if (token < highest) {
        return false;
      }
      channel.write(bytes.clear().putLong(token).flip(), 0);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int counter() {
    try {
      return Files.exists(counter) ? Integer.parseInt(Files.readString(counter)) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads, then writes one more: two at once lose a count. */
  void count() {
    try {
      Files.writeString(counter, Integer.toString(counter() + 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
