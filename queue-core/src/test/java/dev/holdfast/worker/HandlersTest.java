package dev.holdfast.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.BatchHandler;
import dev.holdfast.job.BatchItem;
import dev.holdfast.job.ClaimedJob;
import dev.holdfast.job.HandlesJob;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobType;
import dev.holdfast.job.ResultHandler;
import dev.holdfast.retry.ExceptionRule;
import dev.holdfast.retry.RetryPolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HandlersTest {
  @JobType(value = "mail.welcome", queue = "mail")
  record Welcome(long user) {}

  @JobType("bad type")
  record BadType(long user) {}

  record Untyped(long user) {}

  @HandlesJob(
      maxAttempts = 7,
      timeout = "PT2M",
      concurrency = 3,
      nonRetriable = IllegalStateException.class,
      discardOn = UnsupportedOperationException.class)
  static class WelcomeHandler implements JobHandler<Welcome> {
    @Override
    public void handle(Welcome job, JobContext context) {}
  }

  /** As a container makes it. */
  static final class Proxied extends WelcomeHandler {}

  abstract static class Base<T, P> implements Deeper<P> {}

  interface Deeper<Q> extends JobHandler<Q> {}

  static final class Deep extends Base<String, Welcome> {
    @Override
    public void handle(Welcome job, JobContext context) {}
  }

  static final class WithResult implements ResultHandler<Welcome, Integer> {
    @Override
    public Integer handle(Welcome job, JobContext context) {
      return 1;
    }
  }

  @SuppressWarnings("rawtypes")
  static final class Raw implements JobHandler {
    @Override
    public void handle(Object job, JobContext context) {}
  }

  static final class Open<P> implements JobHandler<P> {
    @Override
    public void handle(P job, JobContext context) {}
  }

  static final class OfUntyped implements JobHandler<Untyped> {
    @Override
    public void handle(Untyped job, JobContext context) {}
  }

  static final class OfBadType implements JobHandler<BadType> {
    @Override
    public void handle(BadType job, JobContext context) {}
  }

  static final class InBatches implements BatchHandler<Welcome> {
    @Override
    public void handle(List<BatchItem<Welcome>> batch) {}
  }

  private static final BatchOptions TEN = BatchOptions.of(10, Duration.ofMillis(200));

  private final Handlers handlers = new Handlers();

  private RegisteredHandler registered(JobHandler<?> handler, HandlerOptions options) {
    handlers.add(null, handler, options);
    return handlers.find("mail.welcome");
  }

  private static RegisteredHandler.Single single(RegisteredHandler handler) {
    return (RegisteredHandler.Single) handler.code();
  }

  @Nested
  class Payload {
    @Test
    void is_found_through_superclasses_and_interfaces() {
      assertThat(PayloadClass.of(WelcomeHandler.class, JobHandler.class)).isEqualTo(Welcome.class);
      assertThat(PayloadClass.of(Proxied.class, JobHandler.class)).isEqualTo(Welcome.class);
      assertThat(PayloadClass.of(Deep.class, JobHandler.class)).isEqualTo(Welcome.class);
      assertThat(PayloadClass.of(WithResult.class, ResultHandler.class)).isEqualTo(Welcome.class);
    }

    @Test
    void of_a_lambda_is_asked_for() {
      JobHandler<Welcome> lambda = (job, context) -> {};
      assertThatThrownBy(() -> handlers.add(null, lambda, HandlerOptions.asAnnotated()))
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("lambda")
          .hasMessageContaining("handler(Payload.class, handler)");
      handlers.add(Welcome.class, lambda, HandlerOptions.asAnnotated());
      assertThat(handlers.find("mail.welcome")).isNotNull();
    }

    @Test
    void of_a_raw_or_open_handler_is_asked_for() {
      assertThatThrownBy(() -> registered(new Raw(), HandlerOptions.asAnnotated()))
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("without a type argument");
      assertThatThrownBy(() -> registered(new Open<Welcome>(), HandlerOptions.asAnnotated()))
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("is no class");
    }

    @Test
    void needs_a_job_type_that_is_one() {
      assertThatThrownBy(() -> registered(new OfUntyped(), HandlerOptions.asAnnotated()))
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("Untyped")
          .hasMessageContaining("OfUntyped")
          .hasMessageContaining("@JobType");
      assertThatThrownBy(() -> registered(new OfBadType(), HandlerOptions.asAnnotated()))
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("@JobType of payload class")
          .hasMessageContaining("BadType");
    }
  }

  @Nested
  class Registration {
    @Test
    void refuses_a_second_handler_for_a_type_and_names_both() {
      registered(new WelcomeHandler(), HandlerOptions.asAnnotated());
      assertThatThrownBy(() -> registered(new Deep(), HandlerOptions.asAnnotated()))
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("mail.welcome")
          .hasMessageContaining("WelcomeHandler")
          .hasMessageContaining("Deep");
    }

    @Test
    void refuses_a_worker_without_any_handler() {
      assertThatThrownBy(handlers::requireSome)
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("no handler");
    }

    @Test
    void of_a_class_asks_the_factory_for_each_attempt() throws Exception {
      int[] made = {0};
      handlers.addClass(
          WithResult.class,
          HandlerOptions.asAnnotated(),
          () ->
              type -> {
                made[0]++;
                return type.getDeclaredConstructor().newInstance();
              });
      RegisteredHandler handler = handlers.find("mail.welcome");
      assertThat(made[0]).isZero();
      assertThat(single(handler).handle(new Welcome(1), null)).isEqualTo(1);
      assertThat(single(handler).handle(new Welcome(1), null)).isEqualTo(1);
      assertThat(made[0]).isEqualTo(2);
    }

    @Test
    void of_a_class_that_is_no_handler_is_refused() {
      assertThatThrownBy(
              () -> handlers.addClass(String.class, HandlerOptions.asAnnotated(), () -> null))
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("java.lang.String");
    }

    @Test
    void a_factory_that_makes_something_else_fails_the_attempt() {
      handlers.addClass(WelcomeHandler.class, HandlerOptions.asAnnotated(), () -> type -> "no");
      assertThatThrownBy(() -> single(handlers.find("mail.welcome")).handle(new Welcome(1), null))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("java.lang.String");
    }
  }

  @Nested
  class Batches {
    @Test
    void keep_their_options_beside_the_settings_of_their_class() {
      handlers.addBatch(null, new InBatches(), TEN, HandlerOptions.asAnnotated());
      RegisteredHandler handler = handlers.find("mail.welcome");
      assertThat(handler.payload()).isEqualTo(Welcome.class);
      assertThat(handler.settings().retryPolicy().maxAttempts()).isEqualTo(5);
      assertThat(((RegisteredHandler.Batch) handler.code()).options()).isEqualTo(TEN);
    }

    @Test
    void of_a_lambda_are_asked_for_their_payload_class() {
      BatchHandler<Welcome> lambda = batch -> {};
      assertThatThrownBy(() -> handlers.addBatch(null, lambda, TEN, HandlerOptions.asAnnotated()))
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("batchHandler(Payload.class, batch, handler)");
    }

    @Test
    void of_a_class_ask_the_factory_for_each_call() throws Exception {
      int[] made = {0};
      handlers.addBatchClass(
          InBatches.class,
          TEN,
          HandlerOptions.asAnnotated(),
          () ->
              type -> {
                made[0]++;
                return type.getDeclaredConstructor().newInstance();
              });
      RegisteredHandler.Batch code = (RegisteredHandler.Batch) handlers.find("mail.welcome").code();
      code.call().handle(List.of());
      code.call().handle(List.of());
      assertThat(made[0]).isEqualTo(2);
    }

    @Test
    void have_bounds() {
      for (int most : new int[] {0, 10_001}) {
        assertThatThrownBy(() -> BatchOptions.of(most, Duration.ofMillis(200)))
            .isInstanceOf(InvalidHandlerException.class)
            .hasMessageContaining("1 to 10,000");
      }
      for (Duration wait : List.of(Duration.ZERO, Duration.ofMinutes(2))) {
        assertThatThrownBy(() -> BatchOptions.of(10, wait))
            .isInstanceOf(InvalidHandlerException.class)
            .hasMessageContaining("1 ms to 1 minute");
      }
    }

    @Test
    void do_not_wait_longer_than_leases_are_left_alone() {
      BatchOptions slow = BatchOptions.of(10, Duration.ofSeconds(11));
      handlers.addBatch(null, new InBatches(), slow, HandlerOptions.asAnnotated());
      assertThatThrownBy(() -> handlers.requireFit(WorkerOptions.defaults(), List.of()))
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("extendPeriod, PT10S")
          .hasMessageContaining("InBatches");
    }

    @Test
    void refuse_interceptors_that_know_single_attempts_only() {
      AttemptInterceptor single = (context, attempt) -> attempt.proceed();
      handlers.requireFit(WorkerOptions.defaults(), List.of(single));

      handlers.addBatch(null, new InBatches(), TEN, HandlerOptions.asAnnotated());
      handlers.requireFit(WorkerOptions.defaults(), List.of(new BothWays()));
      assertThatThrownBy(() -> handlers.requireFit(WorkerOptions.defaults(), List.of(single)))
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("make it a BatchInterceptor");
    }
  }

  private static final class BothWays implements BatchInterceptor {
    @Override
    public void around(JobContext context, Chain attempt) throws Exception {
      attempt.proceed();
    }

    @Override
    public void aroundBatch(List<? extends ClaimedJob> batch, Chain call) throws Exception {
      call.proceed();
    }
  }

  @Nested
  class Settings {
    @Test
    void come_from_the_annotation_of_the_class_or_its_superclass() {
      for (Class<?> type : List.of(WelcomeHandler.class, Proxied.class)) {
        HandlerSettings settings = HandlerSettings.of(type, HandlerOptions.asAnnotated());
        assertThat(settings.retryPolicy().maxAttempts()).isEqualTo(7);
        assertThat(settings.timeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(settings.concurrency()).isEqualTo(3);
        assertThat(settings.rules())
            .containsExactly(
                ExceptionRule.nonRetriable(IllegalStateException.class),
                ExceptionRule.discard(UnsupportedOperationException.class));
      }
    }

    @Test
    void have_the_annotations_defaults_without_one() {
      HandlerSettings settings = HandlerSettings.of(Deep.class, HandlerOptions.asAnnotated());
      assertThat(settings.retryPolicy().maxAttempts()).isEqualTo(5);
      assertThat(settings.timeout()).isEqualTo(Duration.ofHours(1));
      assertThat(settings.concurrency()).isEqualTo(HandlerSettings.UNLIMITED);
    }

    @Test
    void are_overridden_attribute_by_attribute() {
      HandlerOptions options =
          HandlerOptions.builder()
              .timeout(Duration.ofSeconds(9))
              .exceptionRule(ExceptionRule.retry(IllegalStateException.class))
              .build();
      HandlerSettings settings = HandlerSettings.of(WelcomeHandler.class, options);
      assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(9));
      assertThat(settings.concurrency()).isEqualTo(3);
      assertThat(settings.retryPolicy().maxAttempts()).isEqualTo(7);
      assertThat(ExceptionRule.judge(settings.rules(), new IllegalStateException()))
          .contains(ExceptionRule.Verdict.RETRY);
      RetryPolicy once = RetryPolicy.none();
      assertThat(
              HandlerSettings.of(
                      WelcomeHandler.class, HandlerOptions.builder().retryPolicy(once).build())
                  .retryPolicy())
          .isSameAs(once);
    }

    @HandlesJob(timeout = "2m")
    static final class BadTimeout {}

    @HandlesJob(timeout = "PT0S")
    static final class ZeroTimeout {}

    @HandlesJob(maxAttempts = 0)
    static final class NoAttempts {}

    @HandlesJob(concurrency = 10_001)
    static final class TooMany {}

    @HandlesJob(backoffBase = "PT2M")
    static final class MaxUnderBase {}

    @Test
    void that_do_not_parse_name_the_class_and_the_attribute() {
      refused(BadTimeout.class, "timeout = \"2m\"", "PT30S");
      refused(ZeroTimeout.class, "timeout = \"PT0S\"", "PT0.001S");
      refused(NoAttempts.class, "maxAttempts = 0", "1 to 1000");
      refused(TooMany.class, "concurrency = 10001", "1 to 10000");
      refused(MaxUnderBase.class, "backoffMax = \"PT1M\"", "PT2M");
    }

    private void refused(Class<?> type, String attribute, String hint) {
      assertThatThrownBy(() -> HandlerSettings.of(type, HandlerOptions.asAnnotated()))
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("@HandlesJob(" + attribute)
          .hasMessageContaining(type.getName())
          .hasMessageContaining(hint);
    }
  }
}
