package dev.holdfast.examples.benchmark;

import java.util.ArrayList;
import java.util.List;

/** A drain by other libraries, beside Holdfast and the bare lists. */
final class PeersScenario {
  /** The libraries; none yet. */
  private static final List<Peer> PEERS = List.of();

  private static final int SLOTS = 50;

  private PeersScenario() {}

  static Scenario of(Bench bench) {
    return of(bench, PEERS);
  }

  static Scenario of(Bench bench, List<Peer> peers) {
    List<Row> rows = new ArrayList<>();
    rows.add(BareList.limit(bench));
    rows.add(Drain.row("Holdfast, 50 slots", bench, DrainPlan.USUAL.withSlots(SLOTS)));
    for (Peer peer : peers) {
      rows.add(
          new Row(
              peer.name() + " " + peer.version() + ", " + peer.settings(),
              Role.PEER,
              0,
              jobs -> run(bench, peer, jobs)));
    }
    return Scenario.beside(
        "peers", "a prepared backlog drained by other libraries", Figure.RATE, rows);
  }

  private static Sample run(Bench bench, Peer peer, int jobs) throws Exception {
    try (Rig rig = bench.rig()) {
      Deliveries deliveries = new Deliveries(jobs);
      Sample sample;
      try (Peer.Session session = peer.open(rig.url())) {
        long started = System.nanoTime();
        session.enqueue(jobs);
        double enqueued = jobs * 1e9 / (System.nanoTime() - started);
        Measuring measuring = Measuring.start(rig);
        session.work(SLOTS, deliveries::handled);
        deliveries.await(Backlog.PATIENCE);
        sample = measuring.end(jobs).with(Figure.ENQUEUE_RATE, enqueued);
      }
      deliveries.requireExact();
      return sample;
    }
  }
}
