package dev.holdfast.spi;

import java.lang.reflect.Type;

/**
 * Turns payloads, results and checkpoints into JSON and back. Safe for use by many threads.
 *
 * <p>The bytes are data, never a class name: an implementation must not let them choose what is
 * loaded or created.
 */
public interface Codec {
  /**
   * Writes a value as JSON.
   *
   * @param what what the value is, for messages
   * @throws dev.holdfast.job.PayloadException if it is too large, too deep or not writable
   */
  byte[] encode(String what, Object value);

  /**
   * Reads a value. Fields the class does not know are ignored.
   *
   * @param what what the value is, for messages
   * @throws dev.holdfast.job.PayloadException if the bytes are no JSON, not of this class, or too
   *     deep
   */
  Object decode(String what, byte[] json, Type type);
}
