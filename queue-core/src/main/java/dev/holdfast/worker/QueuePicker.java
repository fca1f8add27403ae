package dev.holdfast.worker;

import java.util.random.RandomGenerator;

/**
 * In which order a pool looks at its queues this round. Strict: as given, always. Weighted: a
 * random permutation in which the first place falls to each queue in proportion to its weight, the
 * second to the rest likewise, and so on.
 */
final class QueuePicker {
  private final boolean weighted;
  private final int[] weights;
  private final int[] order;
  private final RandomGenerator random;

  QueuePicker(QueueOrder order, RandomGenerator random) {
    this.weighted = order.kind() == QueueOrder.Kind.WEIGHTED && order.weights().size() > 1;
    this.weights = order.weights().values().stream().mapToInt(Integer::intValue).toArray();
    this.order = new int[weights.length];
    for (int i = 0; i < this.order.length; i++) {
      this.order[i] = i;
    }
    this.random = random;
  }

  /** Indexes into the order's queues; valid until the next call. Used by one thread. */
  int[] next() {
    if (weighted) {
      int left = 0;
      for (int weight : weights) {
        left += weight;
      }
      for (int place = 0; place < order.length - 1; place++) {
        int drawn = random.nextInt(left);
        int at = place;
        while (drawn >= weights[order[at]]) {
          drawn -= weights[order[at]];
          at++;
        }
        int chosen = order[at];
        order[at] = order[place];
        order[place] = chosen;
        left -= weights[chosen];
      }
    }
    return order;
  }
}
