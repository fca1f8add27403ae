/**
 * Named locks beside the queues: a lease with a rising fencing token, extended while its holder
 * lives.
 *
 * <p>A user needs {@link dev.holdfast.lock.NamedLock}, {@link dev.holdfast.lock.HeldLock} and
 * {@link dev.holdfast.lock.LockOptions}, with {@link dev.holdfast.lock.LockHeldException} and
 * {@link dev.holdfast.lock.LockException}; who builds an engine, {@link
 * dev.holdfast.lock.LockKeeper}. Inside, in reading order: {@code EngineLock} and {@code Taking}
 * (asking for a lock until it is given), {@code HeldLock} with {@code LeaseWindow} (how it is kept,
 * and lost), {@code Unlocking}, {@code LockErrors}.
 */
@NullMarked
package dev.holdfast.lock;

import org.jspecify.annotations.NullMarked;
