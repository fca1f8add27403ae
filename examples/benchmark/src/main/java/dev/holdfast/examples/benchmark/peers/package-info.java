/**
 * Other libraries that do the same work, each behind one {@link
 * dev.holdfast.examples.benchmark.peers.Peer}. How each is set up, what it promises and what not:
 * {@code docs/benchmarks.md}.
 *
 * <p>In reading order: {@link dev.holdfast.examples.benchmark.peers.Peer}: what an adapter does;
 * {@link dev.holdfast.examples.benchmark.peers.Peers}: which there are; {@code Payload}, {@code
 * Versions}; {@code Postgres}: the database of those that want one; then one adapter a file.
 */
@NullMarked
package dev.holdfast.examples.benchmark.peers;

import org.jspecify.annotations.NullMarked;
