package dev.holdfast.worker;

import java.util.List;

/** One pass through a chain of interceptors, the handler last. Used by one thread. */
final class Interception {
  /** Calls one interceptor. */
  @FunctionalInterface
  interface Way {
    /** Has it run something around the rest. */
    void through(AttemptInterceptor interceptor, AttemptInterceptor.Chain rest) throws Exception;
  }

  private final List<AttemptInterceptor> chain;
  private final Way way;
  private final AttemptInterceptor.Chain handler;
  private int reached = -1;

  private Interception(List<AttemptInterceptor> chain, Way way, AttemptInterceptor.Chain handler) {
    this.chain = chain;
    this.way = way;
    this.handler = handler;
  }

  /** Calls the handler inside all interceptors. */
  static void run(List<AttemptInterceptor> chain, Way way, AttemptInterceptor.Chain handler)
      throws Exception {
    new Interception(chain, way, handler).proceed(0);
  }

  private void proceed(int index) throws Exception {
    if (reached >= index) {
      throw new IllegalStateException("an attempt interceptor called the rest of the chain twice");
    }
    reached = index;
    if (index == chain.size()) {
      handler.proceed();
      return;
    }
    AttemptInterceptor interceptor = chain.get(index);
    way.through(interceptor, () -> proceed(index + 1));
    if (reached == index) {
      throw new IllegalStateException(
          "attempt interceptor "
              + interceptor.getClass().getName()
              + " did not call the rest of the chain");
    }
  }
}
