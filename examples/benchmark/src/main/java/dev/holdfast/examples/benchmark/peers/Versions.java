package dev.holdfast.examples.benchmark.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions that the build has put on the class path. */
final class Versions {
  private static final String FILE = "peers.properties";
  private static final Properties VERSIONS = read();

  private Versions() {}

  /**
   * The version of a library.
   *
   * @throws IllegalArgumentException if the file does not name it
   */
  static String of(String library) {
    String version = VERSIONS.getProperty(library);
    if (version == null) {
      throw new IllegalArgumentException(FILE + " does not name " + library);
    }
    return version;
  }

  private static Properties read() {
    Properties versions = new Properties();
    try (InputStream file = Versions.class.getResourceAsStream(FILE)) {
      if (file == null) {
        throw new IllegalStateException(FILE + " is not on the class path");
      }
      versions.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return versions;
  }
}
