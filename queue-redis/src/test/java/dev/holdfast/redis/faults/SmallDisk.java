package dev.holdfast.redis.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * A file system of one megabyte that can be filled, mounted over a directory where only the
 * processes started with {@link #around} see it. It goes with the process that holds it, and that
 * ends with this JVM: nothing stays mounted.
 */
final class SmallDisk implements AutoCloseable {
  private final Process holder;
  private final Path directory;

  private SmallDisk(Process holder, Path directory) {
    this.holder = holder;
    this.directory = directory;
  }

  /** Needs root. */
  static SmallDisk over(Path directory) {
    Path unshare = Machine.program("unshare", "util-linux");
    Machine.program("nsenter", "util-linux");
    Machine.needs(
        Machine.succeeds(
            List.of(unshare.toString(), "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt")),
        "needs root, and leave to mount a file system in a namespace of its own");
    try {
      Process holder =
          new ProcessBuilder(
                  unshare.toString(),
                  "-m",
                  "sh",
                  "-c",
                  "mount -t tmpfs -o size=1m tmpfs \"$0\" && echo mounted && exec cat",
                  directory.toString())
              .start();
      byte[] said = holder.getInputStream().readNBytes("mounted\n".length());
      if (said.length == 0) {
        throw new IllegalStateException("cannot mount over " + directory);
      }
      return new SmallDisk(holder, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A program that runs the given one where this disk is mounted. */
  Path around(Path program, Path script) {
    try {
      Files.writeString(
          script, "#!/bin/sh\nexec nsenter -t " + holder.pid() + " -m -- " + program + " \"$@\"\n");
      return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path filler() {
    return Path.of("/proc/" + holder.pid() + "/root" + directory, "filler");
  }

  /** Writes until no byte is left. */
  void fill() {
    byte[] some = new byte[1024];
    try (OutputStream out = Files.newOutputStream(filler())) {
      while (true) {
        out.write(some);
      }
    } catch (IOException full) {
      // as wanted
    }
  }

  /** Gives back what {@link #fill} took. */
  void free() {
    try {
      Files.deleteIfExists(filler());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    holder.destroyForcibly();
  }
}
