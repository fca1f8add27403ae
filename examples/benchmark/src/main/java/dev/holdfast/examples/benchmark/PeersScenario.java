package dev.holdfast.examples.benchmark;

import dev.holdfast.examples.benchmark.peers.Peer;
import dev.holdfast.examples.benchmark.peers.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/**
 * A drain by other libraries, beside Holdfast and the bare lists.
 *
 * <p>Holdfast's worker and its connections are there before the clock starts, while those of a peer
 * have yet to begin. So the rate of a peer counts from the first job that it has handled, and the
 * wait until then is shown apart.
 */
final class PeersScenario {
  private static final int SLOTS = 50;

  private PeersScenario() {}

  static Scenario of(Bench bench) {
    return of(bench, Peers.all());
  }

  static Scenario of(Bench bench, List<Peer> peers) {
    List<Row> rows = new ArrayList<>();
    rows.add(BareList.limit(bench));
    rows.add(
        Drain.withEnqueuing(
            "Holdfast: Redis, enqueueAll lists of 1,000", bench, DrainPlan.USUAL.withSlots(SLOTS)));
    for (Peer peer : peers) {
      rows.add(row(bench, peer));
    }
    return Scenario.beside(
        "peers", "a prepared backlog drained by other libraries, 50 slots each", Figure.RATE, rows);
  }

  private static Row row(Bench bench, Peer peer) {
    String name = peer.name() + " " + peer.version();
    return peer.obstacle()
        .map(why -> new Row(name + ": not run, for " + why, Role.PEER, 0, jobs -> Sample.EMPTY))
        .orElseGet(
            () ->
                new Row(
                    name + ": " + peer.settings(),
                    Role.PEER,
                    0,
                    jobs -> run(bench, peer, SLOTS, jobs)));
  }

  private static Sample run(Bench bench, Peer peer, int slots, int jobs) throws Exception {
    try (Rig rig = bench.rig()) {
      Deliveries deliveries = new Deliveries(jobs);
      AtomicLong first = new AtomicLong();
      Sample sample;
      try (Peer.Session session = peer.open(rig.url())) {
        long started = System.nanoTime();
        session.enqueue(jobs);
        double enqueued = jobs * 1e9 / (System.nanoTime() - started);
        Measuring measuring = Measuring.start(rig);
        session.work(slots, noting(first, deliveries));
        deliveries.await(Backlog.PATIENCE);
        long ended = System.nanoTime();
        sample =
            measuring
                .end(jobs)
                .with(Figure.RATE, jobs * 1e9 / (ended - first.get()))
                .with(Figure.ENQUEUE_RATE, enqueued)
                .with(Figure.FIRST_AFTER, (first.get() - measuring.started()) / 1e6);
      }
      deliveries.requireExact();
      return sample;
    }
  }

  /** Counts each, and notes when the first came. */
  private static IntConsumer noting(AtomicLong first, Deliveries deliveries) {
    return number -> {
      if (first.get() == 0) {
        first.compareAndSet(0, System.nanoTime());
      }
      deliveries.handled(number);
    };
  }
}
