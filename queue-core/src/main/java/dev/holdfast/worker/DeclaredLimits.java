package dev.holdfast.worker;

import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Control.LimitSetting;
import dev.holdfast.spi.QueueRef;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The limits that handlers declare for their types. They are set in a queue before this worker
 * claims from it, so that none of its jobs is claimed without.
 */
final class DeclaredLimits {
  private static final Logger log = LoggerFactory.getLogger(DeclaredLimits.class);

  private final Control control;
  private final Map<LimitScope, Integer> most = new HashMap<>();

  DeclaredLimits(Control control, Handlers handlers) {
    this.control = control;
    for (RegisteredHandler handler : handlers.all()) {
      Integer declared = handler.settings().globalConcurrency();
      if (declared != null) {
        most.put(LimitScope.type(handler.type()), declared);
      }
    }
  }

  /** Sets what is not so yet; a rate that was set by hand stays. */
  void declare(QueueRef queue) {
    if (most.isEmpty()) {
      return;
    }
    Map<LimitScope, Limit> set = new HashMap<>();
    for (LimitSetting setting : control.limits(queue)) {
      if (setting.limit() != null) {
        set.put(setting.scope(), setting.limit());
      }
    }
    most.forEach((scope, declared) -> declare(queue, scope, declared, set.get(scope)));
  }

  private void declare(QueueRef queue, LimitScope scope, int declared, @Nullable Limit before) {
    Limit limit = before == null ? Limit.concurrency(declared) : before.withConcurrency(declared);
    if (!limit.equals(before)) {
      control.limit(queue, scope, limit);
      log.info(
          "queue {}: {} is limited to {} at once by its handler", queue.name(), scope, declared);
    }
  }
}
