package dev.holdfast.redis;

import dev.holdfast.job.Naming;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.spi.Upkeep;

/** Reaps expired leases and tidies the lists of consumers: each one script call. */
final class RedisUpkeep implements Upkeep {
  private final Shared shared;

  RedisUpkeep(Shared shared) {
    this.shared = shared;
  }

  @Override
  public ReapReply reap(ReapOrder order) {
    long period = order.period().toMillis();
    long jitter = order.jitter().toMillis();
    Args args =
        shared
            .args()
            .add(period)
            .add(2 * period + jitter)
            .add(order.grace().toMillis())
            .add(order.longestLease().toMillis())
            .add(order.maxCrashes());
    Shared.addRetention(args, order.retention());
    Reply reply = shared.call(order.queue(), Script.REAP, args);
    Gate gate = Gate.valueOf(reply.text());
    if (gate != Gate.OPEN) {
      return new ReapReply(gate, 0, 0, 0, false, null);
    }
    int returned = (int) reply.number();
    int poisoned = (int) reply.number();
    int cancelled = (int) reply.number();
    boolean more = reply.flag();
    String next = reply.text();
    return new ReapReply(gate, returned, poisoned, cancelled, more, next.isEmpty() ? null : next);
  }

  @Override
  public int tidy(ReapOrder order, String consumer) {
    Args args = shared.args().add(consumer).add(order.period().toMillis()).add(order.maxCrashes());
    Shared.addRetention(args, order.retention());
    Reply reply = shared.call(order.queue(), Script.TIDY, consumer, args);
    if (reply.text().equals("WRONG_TYPE")) {
      throw new QueueCorruptException(
          order.queue().name(),
          "the list of consumer "
              + Naming.quote(consumer)
              + " of queue "
              + order.queue().name()
              + " is a "
              + reply.text()
              + " that Holdfast did not write; it is left alone, and jobs it may have held run"
              + " again when their leases have ended",
          null);
    }
    return (int) reply.number();
  }
}
