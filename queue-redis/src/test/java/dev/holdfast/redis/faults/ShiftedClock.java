package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A wall clock that a test moves, for processes started with it. It is a small library, preloaded;
 * a program that is linked statically does not heed it.
 */
final class ShiftedClock {
  private final Path preload;
  private final Path file;

  private ShiftedClock(Path preload, Path file) {
    this.preload = preload;
    this.file = file;
  }

  /** Needs gcc and the headers of libc. */
  static ShiftedClock compile(Path directory) {
    Path gcc = Machine.program("gcc", "gcc");
    Path preload = directory.resolve("shifted_clock.so");
    Path source = directory.resolve("shifted_clock.c");
    try (InputStream text = ShiftedClock.class.getResourceAsStream("shifted_clock.c")) {
      Files.write(source, Objects.requireNonNull(text).readAllBytes());
      Machine.needs(
          Machine.succeeds(
              List.of(
                  gcc.toString(), "-shared", "-fPIC", "-o", preload.toString(), source.toString())),
          "needs a gcc that links, and the headers of libc (Debian package libc6-dev)");
      ShiftedClock clock = new ShiftedClock(preload, directory.resolve("clock"));
      clock.write(0, StandardOpenOption.CREATE);
      return clock;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Moves it: positive is into the future, and zero is the real time. */
  void shift(Duration by) {
    try {
      write(by.toSeconds(), StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(long seconds, StandardOpenOption how) throws IOException {
    byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putLong(seconds).array();
    // One write over what was there: no reader sees half of it.
    Files.write(file, bytes, how, StandardOpenOption.WRITE);
    assertThat(file).hasSize(8);
  }

  /** What a process needs in its environment. */
  Map<String, String> environment() {
    return Map.of("LD_PRELOAD", preload.toString(), "HOLDFAST_CLOCK", file.toString());
  }

  /** A program that runs the given one with this clock. */
  Path around(Path program, Path script) {
    try {
      StringBuilder text = new StringBuilder("#!/bin/sh\n");
      environment()
          .forEach(
              (name, value) ->
                  text.append("export ").append(name).append("='").append(value).append("'\n"));
      text.append("exec ").append(program).append(" \"$@\"\n");
      Files.writeString(script, text);
      return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
