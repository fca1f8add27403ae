package dev.holdfast.testkit;

import dev.holdfast.Holdfast;
import dev.holdfast.testkit.HoldfastTest.Mode;
import dev.holdfast.testkit.HoldfastTest.On;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What {@link HoldfastTest} does. Registered without that annotation, it runs tests in memory.
 *
 * <p>A test's engine is opened when the first of its parameters is asked for, and closed after its
 * last {@code @AfterEach} method, whether the test passed or not. Workers are drained first.
 */
public final class HoldfastExtension implements ParameterResolver, AfterEachCallback {
  private static final Namespace STORE = Namespace.create(HoldfastExtension.class);
  private static final List<Class<?>> INJECTED =
      List.of(Holdfast.class, TestWorkers.class, InMemoryEngine.class, ManualTime.class);

  /** For JUnit. */
  public HoldfastExtension() {}

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return INJECTED.contains(parameter.getParameter().getType());
  }

  /**
   * Gives the test's own object of the parameter's type.
   *
   * @throws ParameterResolutionException if the parameter is one of a constructor, {@code
   *     BeforeAll} or {@code AfterAll}, or belongs to memory and the test runs on Redis
   */
  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    if (context.getTestMethod().isEmpty()) {
      throw new ParameterResolutionException(
          type.getSimpleName()
              + " is made for each test: ask for it in a test, @BeforeEach or @AfterEach method,"
              + " not in a constructor, @BeforeAll or @AfterAll");
    }
    Object found = kit(context).parameter(type);
    if (found == null) {
      throw new ParameterResolutionException(
          type.getSimpleName()
              + " exists in memory only, and this test is a @HoldfastTest(REDIS): real time passes"
              + " there by itself");
    }
    return found;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    TestKit kit = store(context).remove(TestKit.class, TestKit.class);
    if (kit != null) {
      kit.close();
    }
  }

  private static TestKit kit(ExtensionContext context) {
    Store store = store(context);
    TestKit kit = store.get(TestKit.class, TestKit.class);
    if (kit == null) {
      kit = open(found(context));
      store.put(TestKit.class, kit);
    }
    return kit;
  }

  private static Store store(ExtensionContext context) {
    return context.getStore(STORE);
  }

  private static TestKit open(Optional<HoldfastTest> annotation) {
    On on = annotation.map(HoldfastTest::value).orElse(On.MEMORY);
    Mode mode = annotation.map(HoldfastTest::mode).orElse(Mode.BACKGROUND);
    if (on == On.MEMORY) {
      return TestKit.inMemory(mode);
    } else if (mode == Mode.BACKGROUND) {
      return TestKit.onRedis();
    }
    throw new ParameterResolutionException(
        "mode " + mode + " is for tests in memory, and this test is a @HoldfastTest(REDIS)");
  }

  private static Optional<HoldfastTest> found(ExtensionContext context) {
    Method method = context.getRequiredTestMethod();
    Optional<HoldfastTest> found = AnnotationSupport.findAnnotation(method, HoldfastTest.class);
    @Nullable Class<?> at = context.getRequiredTestClass();
    while (found.isEmpty() && at != null) {
      found = AnnotationSupport.findAnnotation(at, HoldfastTest.class);
      at = at.getEnclosingClass();
    }
    return found;
  }
}
