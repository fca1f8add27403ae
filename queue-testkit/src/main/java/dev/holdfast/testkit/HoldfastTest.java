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
 *   <li>{@code Holdfast}: on the test's engine
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
