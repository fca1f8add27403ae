package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Turn;
import dev.holdfast.testkit.redis.RedisServer;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a worker does with an outcome whose turn did not arrive. */
class LostOutcomeIT extends WorkerFixture {
  private final AtomicBoolean lost = new AtomicBoolean();

  @Override
  Holdfast open(HoldfastOptions options) {
    Engine engine = RedisEngine.connect(WorkerMain.options(RedisServer.shared().uri(), namespace));
    return Holdfast.on(losing(engine), options);
  }

  /** The engine, but the first turn that carries an outcome fails and never arrives. */
  private Engine losing(Engine engine) {
    Claiming claiming = engine.claiming();
    Claiming lossy =
        proxy(
            Claiming.class,
            claiming,
            (self, method, args) -> {
              if (args != null
                  && args[0] instanceof Turn turn
                  && !turn.settlements().isEmpty()
                  && lost.compareAndSet(false, true)) {
                throw new EngineUnavailableException("lost by the test");
              }
              return method.invoke(claiming, args);
            });
    return proxy(
        Engine.class,
        engine,
        (self, method, args) ->
            method.getName().equals("claiming") ? lossy : method.invoke(engine, args));
  }

  private static <T> T proxy(Class<T> type, T target, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            target.getClass().getClassLoader(),
            new Class<?>[] {type},
            (self, method, args) -> {
              try {
                return handler.invoke(self, method, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @Test
  void an_outcome_that_did_not_arrive_is_sent_again_and_its_job_runs_once() {
    AtomicInteger runs = new AtomicInteger();
    start(
        Worker.on(holdfast)
            .handler(Mail.class, QUICKLY, (mail, context) -> runs.incrementAndGet())
            .queue("mail", 1));
    JobId id = enqueue(1);
    awaitState(id, JobState.SUCCEEDED);
    assertThat(lost).isTrue();
    assertThat(runs)
        .as("I8 duplicates justified: runs of a job that did not fail and was not lost sight of")
        .hasValue(1);
    assertThat(status(id).counters().crashes()).isZero();
  }
}
