package dev.holdfast.worker;

import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.Naming;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * In which order a worker claims from several queues that share its slots.
 *
 * @param kind strict or weighted
 * @param weights each queue with its weight, 1 to 100, in the order given
 */
public record QueueOrder(Kind kind, Map<String, Integer> weights) {
  /** How the order is made. */
  public enum Kind {
    /** A later queue is looked at only when the earlier ones have nothing to claim. */
    STRICT,
    /** Each round begins with a queue drawn at random by weight, so that none starves. */
    WEIGHTED
  }

  /**
   * Checks the names and weights.
   *
   * @throws InvalidHandlerException if there is no queue or a weight is out of range
   * @throws dev.holdfast.job.InvalidNameException if a name is none
   */
  public QueueOrder {
    weights = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    if (weights.isEmpty()) {
      throw new InvalidHandlerException("an order of queues names no queue");
    }
    weights.forEach(
        (queue, weight) -> {
          Naming.queue(queue);
          if (weight < 1 || weight > 100) {
            throw new InvalidHandlerException(
                "queue " + queue + " has weight " + weight + "; it must be 1 to 100");
          }
        });
  }

  /** Earlier queues first, always. */
  public static QueueOrder strict(String... queues) {
    Map<String, Integer> weights = new LinkedHashMap<>();
    for (String queue : queues) {
      if (weights.put(queue, 1) != null) {
        throw new InvalidHandlerException("queue " + queue + " stands twice in a strict order");
      }
    }
    return new QueueOrder(Kind.STRICT, weights);
  }

  /** In proportion to their weights. */
  public static QueueOrder weighted(Map<String, Integer> weights) {
    return new QueueOrder(Kind.WEIGHTED, weights);
  }

  /** The queues, in the order given. */
  public List<String> queues() {
    return List.copyOf(weights.keySet());
  }
}
