package dev.holdfast.examples.benchmark.peers;

import java.util.List;

/** The libraries that are measured beside Holdfast. */
public final class Peers {
  private Peers() {}

  /** All of them, in the order they run. */
  public static List<Peer> all() {
    return List.of(
        new DbSchedulerPeer(),
        new JobRunrPeer(),
        new RedissonQueuePeer(),
        new RedissonExecutorPeer(),
        new JesquePeer());
  }
}
