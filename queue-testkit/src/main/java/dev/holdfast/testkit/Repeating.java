package dev.holdfast.testkit;

import dev.holdfast.job.HoldfastException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Makes a call again until no fault is injected into it; what else it throws is passed on. */
final class Repeating {
  private Repeating() {}

  static <T> T call(Supplier<T> call) {
    while (true) {
      try {
        return call.get();
      } catch (HoldfastException e) {
        if (!FaultDice.isInjected(e)) {
          throw e;
        }
      }
    }
  }

  static void run(Runnable act) {
    Boolean unused =
        call(
            () -> {
              act.run();
              return true;
            });
  }

  /** As {@link #call}, of a call that answers later. */
  static <T> CompletableFuture<T> later(Supplier<CompletableFuture<T>> call) {
    CompletableFuture<T> future = new CompletableFuture<>();
    follow(call, future);
    return future;
  }

  private static <T> void follow(Supplier<CompletableFuture<T>> call, CompletableFuture<T> future) {
    CompletableFuture<T> unused =
        call.get()
            .whenComplete(
                (reply, failure) -> {
                  if (failure == null) {
                    future.complete(reply);
                  } else if (FaultDice.isInjected(failure)) {
                    follow(call, future);
                  } else {
                    future.completeExceptionally(failure);
                  }
                });
  }
}
