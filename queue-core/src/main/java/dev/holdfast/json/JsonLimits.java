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

  static final StreamReadConstraints READ =
      StreamReadConstraints.builder()
          .maxNestingDepth(DEPTH)
          .maxNumberLength(200)
          .maxStringLength(256 * 1024)
          .maxNameLength(1024)
          .maxDocumentLength(DOCUMENT)
          .build();

  static final StreamWriteConstraints WRITE =
      StreamWriteConstraints.builder().maxNestingDepth(DEPTH).build();

  private JsonLimits() {}

  /**
   * A factory under these limits. Names are not interned: a payload may have keys that never come
   * again, and the JVM's table of strings is for ever.
   */
  static JsonFactory factory() {
    return JsonFactory.builder()
        .streamReadConstraints(READ)
        .streamWriteConstraints(WRITE)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .build();
  }
}
