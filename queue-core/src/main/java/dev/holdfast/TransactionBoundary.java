package dev.holdfast;

/**
 * Tells Holdfast of the caller's database transaction, so that {@link Holdfast#enqueueAfterCommit}
 * waits for its end. A framework integration implements it.
 */
public interface TransactionBoundary {
  /** No transaction, ever: the action runs at once. */
  TransactionBoundary NONE =
      new TransactionBoundary() {
        @Override
        public boolean isActive() {
          return false;
        }

        @Override
        public void afterCommit(Runnable action) {
          action.run();
        }
      };

  /** Whether the calling thread is in a transaction. */
  boolean isActive();

  /**
   * Runs an action on the calling thread after its transaction has committed, and never if it rolls
   * back.
   */
  void afterCommit(Runnable action);
}
