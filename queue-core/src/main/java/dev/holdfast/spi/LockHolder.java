package dev.holdfast.spi;

import java.util.Objects;

/**
 * Who asks for a lock, or has it.
 *
 * @param name the lock's name, a name as of a queue
 * @param owner unique to one taking of the lock, 1 to 128 visible ASCII characters; never a thread
 *     or a host, which come again
 */
public record LockHolder(String name, String owner) {
  /** Checks that both are there. */
  public LockHolder {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(owner, "owner");
  }
}
