package dev.holdfast.redis.faults;

import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.platform.commons.support.AnnotationSupport;

/** Hands {@link Observed} to a row and writes the row down when it has ended. */
final class FaultExtension implements ParameterResolver, AfterTestExecutionCallback, TestWatcher {
  private static final Namespace SPACE = Namespace.create(FaultExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Observed.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return observed(context);
  }

  private static Observed observed(ExtensionContext context) {
    // Of the root: a test's own store is closed when it is told that a test was aborted.
    return context
        .getRoot()
        .getStore(SPACE)
        .getOrComputeIfAbsent(context.getUniqueId(), id -> new Observed(), Observed.class);
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    write(context, context.getExecutionException().isEmpty() ? "holds" : "BROKEN");
  }

  /** An assumption of the row was not met: it says which. */
  @Override
  public void testAborted(ExtensionContext context, Throwable cause) {
    observed(context).figure(String.valueOf(cause.getMessage()));
    write(context, "SKIPPED");
  }

  /** Written already, unless it failed before the test began or after it. */
  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    write(context, "BROKEN");
  }

  private static void write(ExtensionContext context, String verdict) {
    // Closed, and thereby printed, once all tests of the run are done.
    context
        .getRoot()
        .getStore(SPACE)
        .getOrComputeIfAbsent(
            "table", key -> (AutoCloseable) () -> System.out.println(FaultMatrix.table()));
    Fault fault =
        AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), Fault.class)
            .orElseThrow();
    FaultMatrix.add(
        fault,
        context.getRequiredTestClass().getSimpleName()
            + "."
            + context.getRequiredTestMethod().getName(),
        observed(context),
        verdict);
  }
}
