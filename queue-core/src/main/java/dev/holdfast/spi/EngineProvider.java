package dev.holdfast.spi;

/**
 * Opens engines by address, for callers that must not know which engines there are, such as the
 * testkit. Found with {@link java.util.ServiceLoader}; an implementation is a public class with a
 * public constructor without parameters. Safe for use by many threads.
 */
public interface EngineProvider {
  /** Whether {@link #open} is meant for such an address. Only the text is looked at. */
  boolean supports(String uri);

  /**
   * Opens an engine, which the caller closes.
   *
   * @param uri where the store is
   * @param namespace what every key in the store begins with, a name as of a queue
   * @throws dev.holdfast.job.EngineRefusedException if the store cannot be used
   */
  Engine open(String uri, String namespace);
}
