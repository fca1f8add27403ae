package dev.holdfast.testkit;

/** Ends a handler whose worker has died. An error, so that few handlers catch it. */
final class WorkerCrash extends Error {
  private static final long serialVersionUID = 1L;

  WorkerCrash(String message) {
    super(message);
  }
}
