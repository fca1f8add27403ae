package dev.holdfast.examples.benchmark.peers;

import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Another library that does the same work, to be measured in the same minute of the same machine.
 *
 * <p>An adapter uses its library as that library's documentation advises, with the settings that
 * are best for throughput, and says in {@link #settings()} what they are. A job carries a number
 * and 100 bytes of payload in all.
 */
public interface Peer {
  /** The library's name. */
  String name();

  /** The version that is measured. */
  String version();

  /** How it is set up, in one line: store, threads, batch sizes, polling, what is not promised. */
  String settings();

  /**
   * Why it cannot run on this machine, in half a sentence that the report shows; empty if it can.
   */
  default Optional<String> obstacle() {
    return Optional.empty();
  }

  /**
   * Opens it on an empty store; called once a run.
   *
   * @param redis the URL of an empty Redis of this run's own; a library with another store ignores
   *     it
   * @throws Exception if it cannot be opened; the benchmark then ends
   */
  Session open(String redis) throws Exception;

  /** A run with an empty store. Methods are called in their order here, by one thread. */
  interface Session extends AutoCloseable {
    /**
     * Enqueues jobs as fast as the library does; no worker runs yet. Timed.
     *
     * @param jobs the numbers from 0 to this, without it
     * @throws Exception if one could not be enqueued
     */
    void enqueue(int jobs) throws Exception;

    /**
     * Starts workers and returns at once. Timed from the first job that was handled to the last;
     * how long the first one took is shown apart.
     *
     * @param slots jobs at once
     * @param handled to be called with each job's number, by any thread
     * @throws Exception if they cannot be started
     */
    void work(int slots, IntConsumer handled) throws Exception;

    /**
     * Ends the workers when they have written every outcome, and removes the store.
     *
     * @throws Exception if that fails
     */
    @Override
    void close() throws Exception;
  }
}
