package dev.holdfast.lock;

/**
 * Another holder had the lock for as long as {@link NamedLock#lock} waited. Nothing was changed.
 */
public final class LockHeldException extends LockException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with its message. */
  public LockHeldException(String message) {
    super(message);
  }
}
