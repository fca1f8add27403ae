package dev.holdfast.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives each test queues of its own, in memory or on a real Redis, and closes everything after it.
 *
 * <pre>{@code
 * @HoldfastTest
 * class MailTest {
 *   @Test
 *   void a_welcome_is_sent(Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
 *     …
 *   }
 * }
 * }</pre>
 *
 * <p>Test methods, {@code @BeforeEach} and {@code @AfterEach} methods may ask for these parameters,
 * and get the same objects throughout one test:
 *
 * <ul>
 *   <li>{@code Holdfast}: on the test's engine; closing it drains the test's workers first
 *   <li>{@link TestWorkers}: starts workers on it, and drains them after the test
 *   <li>{@link InMemoryEngine} and {@link ManualTime}: the engine and its clock, in memory only
 * </ul>
 *
 * <p>On a method it says how that one test runs; on a class it holds for all its tests, those of
 * subclasses and nested classes included. The nearest one wins. Tests may run in parallel.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@ExtendWith(HoldfastExtension.class)
public @interface HoldfastTest {
  /** Where the test's queues are. Default in memory. */
  On value() default On.MEMORY;

  /** When workers attempt what is enqueued; other than BACKGROUND in memory only. */
  Mode mode() default Mode.BACKGROUND;

  /** When the workers of a test attempt what there is to do: real workers, in each mode. */
  enum Mode {
    /** At once, beside the test, as in an application. */
    BACKGROUND,
    /**
     * Nothing until the test says so: {@link TestWorkers#step}, or {@link InMemoryEngine#letPass}.
     */
    STEP_BY_STEP,
    /**
     * Before an enqueue returns: it waits until no job of a queue that a worker serves is held,
     * ready or due. So what it enqueued has been attempted, and what that enqueued in turn. An
     * enqueue within an attempt does not wait. What is due later, such as a retry, waits for {@link
     * InMemoryEngine#letPass}.
     */
    INLINE
  }

  /** Where the queues of a test are. */
  enum On {
    /** On an {@link InMemoryEngine} whose {@link ManualTime} stands still until it is moved. */
    MEMORY,
    /**
     * In a fresh namespace of {@link dev.holdfast.testkit.redis.RedisServer#shared()}, on the
     * system's clock; needs {@code queue-redis} on the class path. The namespace's keys are removed
     * after the test.
     */
    REDIS
  }
}
