package dev.holdfast.event;

import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.Naming;
import org.jspecify.annotations.Nullable;

/**
 * How one event is published. Immutable: each method returns changed options.
 *
 * @param id the event's id, 1 to 128 characters without control characters; null: one is made
 * @param key its key, 1 to 256 bytes without control characters; null: as its class says
 * @param correlationId carried to the jobs of its subscribers, or null: as an enqueue would
 */
public record PublishOptions(
    @Nullable String id, @Nullable String key, @Nullable String correlationId) {
  private static final PublishOptions DEFAULTS = new PublishOptions(null, null, null);

  /** Checks id and key. */
  public PublishOptions {
    if (id != null) {
      Naming.key("event id", id);
      if (id.length() > 128) {
        throw new InvalidJobException(
            "an event id has " + id.length() + " characters; at most 128");
      }
    }
    if (key != null) {
      EventTypes.requireKey(key);
    }
  }

  /** An id of its own, and the key its class says. */
  public static PublishOptions defaults() {
    return DEFAULTS;
  }

  /** With this id: published again, it is heard of once. Default: a random one. */
  public static PublishOptions id(String id) {
    return new PublishOptions(id, null, null);
  }

  /** With this key. Default: as the event's class says. */
  public PublishOptions withKey(String newKey) {
    return new PublishOptions(id, newKey, correlationId);
  }

  /** With this correlation id. Default: as an enqueue would have. */
  public PublishOptions withCorrelationId(String newId) {
    return new PublishOptions(id, key, newId);
  }
}
