package dev.holdfast.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;

/** What is refused before anything is built from it. All numbers chosen, not measured. */
final class JsonLimits {
  /** Levels of nesting, written and read. */
  static final int DEPTH = 100;

  /** Bytes of any document read. */
  static final int DOCUMENT = 1024 * 1024;

  /** Bytes of a document that carries another one. */
  static final int NESTED = DOCUMENT + 64 * 1024;

  private static final int STRING = 256 * 1024;

  static final StreamReadConstraints READ = read(STRING);

  static final StreamWriteConstraints WRITE =
      StreamWriteConstraints.builder().maxNestingDepth(DEPTH).build();

  private JsonLimits() {}

  /** What is refused when reading where values of so many bytes may be written. */
  static StreamReadConstraints read(int limit) {
    return StreamReadConstraints.builder()
        .maxNestingDepth(DEPTH)
        .maxNumberLength(200)
        .maxStringLength(Math.max(STRING, limit))
        .maxNameLength(1024)
        .maxDocumentLength(DOCUMENT)
        .build();
  }

  /** A factory for documents that carry others, so many levels deep. */
  static JsonFactory nesting(int levels) {
    return factory(
        read(DOCUMENT).rebuild().maxNestingDepth(DEPTH + levels).maxDocumentLength(NESTED).build());
  }

  /** A factory under the limits of values of the standard size. */
  static JsonFactory factory() {
    return factory(READ);
  }

  /**
   * A factory under these limits. Names are not interned: a payload may have keys that never come
   * again, and the JVM's table of strings is for ever.
   */
  static JsonFactory factory(StreamReadConstraints read) {
    return JsonFactory.builder()
        .streamReadConstraints(read)
        .streamWriteConstraints(WRITE)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .build();
  }
}
