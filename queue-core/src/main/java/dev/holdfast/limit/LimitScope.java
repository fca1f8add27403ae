package dev.holdfast.limit;

import dev.holdfast.job.Naming;
import java.util.Objects;

/**
 * What a limit is for, within one queue.
 *
 * @param kind what kind of scope
 * @param name the job type or limit key; "" for the others
 */
public record LimitScope(Kind kind, String name) {
  private static final LimitScope QUEUE = new LimitScope(Kind.QUEUE, "");
  private static final LimitScope EACH_KEY = new LimitScope(Kind.EACH_KEY, "");

  /** The kinds of scopes. */
  public enum Kind {
    /** All jobs of the queue. */
    QUEUE,
    /** The jobs of one type. */
    TYPE,
    /** The jobs of each limit key, counted apart. */
    EACH_KEY,
    /** The jobs of one limit key, instead of what is set for each key. */
    KEY
  }

  /**
   * Checks the name.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is no job type or limit key
   * @throws IllegalArgumentException if there is one where none belongs
   */
  public LimitScope {
    Objects.requireNonNull(kind, "kind");
    switch (kind) {
      case TYPE -> Naming.type(name);
      case KEY -> Naming.key("limit key", name);
      case QUEUE, EACH_KEY -> {
        if (!name.isEmpty()) {
          throw new IllegalArgumentException("a scope of kind " + kind + " has no name: " + name);
        }
      }
    }
  }

  /** All jobs of the queue. */
  public static LimitScope queue() {
    return QUEUE;
  }

  /**
   * The jobs of one type.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is none
   */
  public static LimitScope type(String type) {
    return new LimitScope(Kind.TYPE, type);
  }

  /** The jobs of each limit key, counted apart: so many for each tenant. */
  public static LimitScope eachKey() {
    return EACH_KEY;
  }

  /**
   * The jobs of one limit key; wins over what is set for each key.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is no limit key
   */
  public static LimitScope key(String key) {
    return new LimitScope(Kind.KEY, key);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case QUEUE -> "queue";
      case TYPE -> "type " + name;
      case EACH_KEY -> "each key";
      case KEY -> "key " + name;
    };
  }
}
