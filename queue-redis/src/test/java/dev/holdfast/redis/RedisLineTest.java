package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.redis.RedisErrors.Kind;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** When a line keeps its connection, replaces it, or waits before it opens another. */
final class RedisLineTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(50);

  private final List<Connection> opened = new ArrayList<>();

  /** A connection that notes what it is asked, and whose answers the test gives. */
  private static final class Connection {
    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private volatile boolean open = true;

    @SuppressWarnings("unchecked")
    private StatefulRedisConnection<byte[], byte[]> proxy() {
      return (StatefulRedisConnection<byte[], byte[]>)
          Proxy.newProxyInstance(
              StatefulRedisConnection.class.getClassLoader(),
              new Class<?>[] {StatefulRedisConnection.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "isOpen" -> open;
                    case "closeAsync" -> {
                      asked.add("closeAsync");
                      open = false;
                      yield CompletableFuture.completedFuture(null);
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                  });
    }

    private boolean isClosed() {
      return asked.contains("closeAsync");
    }
  }

  private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> next() {
    Connection connection = new Connection();
    opened.add(connection);
    return CompletableFuture.completedFuture(connection.proxy());
  }

  private final RedisLine line = new RedisLine(this::next, Duration.ofSeconds(2), LONG, 100);

  private CompletableFuture<String> call(Duration timeout, CompletableFuture<String> answer) {
    return line.with(timeout, open -> answer);
  }

  private static Throwable errorOf(CompletableFuture<?> future) {
    assertThatThrownBy(future::join).isInstanceOf(CompletionException.class);
    return future.handle((value, error) -> RedisErrors.unwrap(error)).join();
  }

  private void awaitSent() {
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(() -> call(LONG, CompletableFuture.completedFuture("ok")).join().equals("ok"));
  }

  @Test
  void a_connection_that_opens_after_the_close_is_closed_without_waiting_on_the_event_loop() {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opening = new CompletableFuture<>();
    RedisLine late = new RedisLine(() -> opening, Duration.ofSeconds(2), LONG, 100);
    CompletableFuture<String> answer = late.with(LONG, open -> new CompletableFuture<>());
    late.close();
    Connection connection = new Connection();

    opening.complete(connection.proxy());

    assertThat(connection.asked).containsExactly("closeAsync");
    assertThat(answer).isNotDone();
    answer.cancel(true);
  }

  @Test
  void a_call_without_an_answer_sends_later_calls_elsewhere_and_leaves_those_in_flight() {
    CompletableFuture<String> slow = new CompletableFuture<>();
    CompletableFuture<String> other = call(LONG, slow);
    assertThat(errorOf(call(SHORT, new CompletableFuture<>())))
        .isInstanceOf(TimeoutException.class);

    awaitSent();
    assertThat(opened).hasSize(2);
    assertThat(other).isNotDone();
    assertThat(opened.get(0).isClosed()).isFalse();

    slow.complete("late, and good");
    assertThat(other.join()).isEqualTo("late, and good");
    assertThat(opened.get(0).isClosed()).isTrue();
    assertThat(opened.get(1).isClosed()).isFalse();
  }

  @Test
  void a_connection_that_answers_others_is_kept_when_one_call_has_no_answer() {
    CompletableFuture<String> lost = call(SHORT, new CompletableFuture<>());
    await()
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              call(LONG, CompletableFuture.completedFuture("meanwhile")).join();
              return lost.isDone();
            });
    assertThat(errorOf(lost)).isInstanceOf(TimeoutException.class);

    call(LONG, CompletableFuture.completedFuture("after")).join();
    assertThat(opened).hasSize(1);
    assertThat(opened.get(0).isClosed()).isFalse();
  }

  @Test
  void an_answer_that_was_on_its_way_when_a_call_was_sent_does_not_keep_a_silent_connection() {
    CompletableFuture<String> before = new CompletableFuture<>();
    call(LONG, before);
    CompletableFuture<String> lost = call(SHORT, new CompletableFuture<>());
    before.complete("sent before, answered after");
    assertThat(errorOf(lost)).isInstanceOf(TimeoutException.class);

    awaitSent();
    assertThat(opened).hasSize(2);
  }

  @Test
  void an_error_that_redis_answers_is_an_answer() {
    CompletableFuture<String> lost = call(SHORT, new CompletableFuture<>());
    await()
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              errorOf(
                  call(
                      LONG,
                      CompletableFuture.failedFuture(
                          new RedisCommandExecutionException("OOM no memory"))));
              return lost.isDone();
            });
    assertThat(errorOf(lost)).isInstanceOf(TimeoutException.class);

    call(LONG, CompletableFuture.completedFuture("after")).join();
    assertThat(opened).hasSize(1);
  }

  @Test
  void a_connection_to_what_is_a_replica_now_is_replaced() {
    CompletableFuture<String> readOnly =
        CompletableFuture.failedFuture(new RedisCommandExecutionException("READONLY You can't"));
    assertThat(RedisErrors.kindOf(errorOf(call(LONG, readOnly)))).isEqualTo(Kind.READ_ONLY);

    assertThat(opened.get(0).isClosed()).isTrue();
    awaitSent();
    assertThat(opened).hasSize(2);
  }

  @Test
  void a_lost_connection_that_had_worked_is_opened_again_by_the_next_call() {
    call(LONG, CompletableFuture.completedFuture("one")).join();
    opened.get(0).open = false;

    assertThat(call(LONG, CompletableFuture.completedFuture("two")).join()).isEqualTo("two");
    assertThat(opened).hasSize(2);
    assertThat(opened.get(0).isClosed()).isTrue();
  }

  @Test
  void a_call_whose_connection_did_not_open_in_time_is_never_sent() {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opening = new CompletableFuture<>();
    RedisLine slow = new RedisLine(() -> opening, Duration.ofSeconds(2), LONG, 100);
    List<String> sent = new ArrayList<>();
    CompletableFuture<String> call =
        slow.with(
            SHORT,
            open -> {
              sent.add("it");
              return CompletableFuture.completedFuture("too late");
            });
    assertThat(RedisErrors.kindOf(errorOf(call))).isEqualTo(Kind.NOT_SENT);

    opening.complete(new Connection().proxy());
    assertThat(sent).isEmpty();
    assertThat(slow.with(LONG, open -> CompletableFuture.completedFuture("next")).join())
        .isEqualTo("next");
  }

  @Test
  void a_server_that_is_away_is_tried_at_growing_intervals_and_calls_between_are_not_sent() {
    List<String> tries = new ArrayList<>();
    RedisLine away =
        new RedisLine(
            () -> {
              tries.add("once more");
              return CompletableFuture.failedFuture(new IllegalStateException("refused"));
            },
            Duration.ofSeconds(2),
            LONG,
            100);
    long until = System.nanoTime() + Duration.ofMillis(300).toNanos();
    int calls = 0;
    while (System.nanoTime() - until < 0) {
      assertThat(
              RedisErrors.kindOf(
                  errorOf(away.with(LONG, open -> CompletableFuture.completedFuture("")))))
          .isEqualTo(Kind.NOT_SENT);
      calls++;
    }
    // The waits are at least 5, 10, 20, 40, 80 and 160 ms.
    assertThat(tries).hasSizeBetween(2, 7);
    assertThat(calls).isGreaterThan(tries.size());
  }

  @Test
  void an_opening_that_is_not_answered_is_given_up_and_tried_again() {
    List<CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> openings = new ArrayList<>();
    RedisLine swallowed =
        new RedisLine(
            () -> {
              var opening =
                  openings.isEmpty()
                      ? next()
                      : new CompletableFuture<StatefulRedisConnection<byte[], byte[]>>();
              openings.add(opening);
              return opening;
            },
            Duration.ofMillis(10),
            SHORT,
            100);
    swallowed.with(LONG, open -> CompletableFuture.completedFuture("")).join();
    opened.get(0).open = false;
    await()
        .atMost(LONG)
        .until(
            () -> {
              swallowed.with(SHORT, open -> CompletableFuture.completedFuture(""));
              return openings.size() >= 4;
            });
    Connection late = new Connection();
    openings.get(1).complete(late.proxy());
    assertThat(late.isClosed()).isTrue();
  }

  @Test
  void calls_do_not_wait_for_a_server_that_was_away_at_the_last_try() {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> second = new CompletableFuture<>();
    List<CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> openings =
        new ArrayList<>(
            List.of(CompletableFuture.failedFuture(new IllegalStateException("refused")), second));
    RedisLine away = new RedisLine(() -> openings.remove(0), Duration.ofSeconds(2), LONG, 100);
    await()
        .atMost(LONG)
        .until(
            () -> {
              Throwable error =
                  errorOf(away.with(LONG, open -> CompletableFuture.completedFuture("")));
              assertThat(RedisErrors.kindOf(error)).isEqualTo(Kind.NOT_SENT);
              return openings.isEmpty();
            });
    CompletableFuture<String> between =
        away.with(LONG, open -> CompletableFuture.completedFuture(""));
    assertThat(between).isCompletedExceptionally();

    second.complete(new Connection().proxy());
    assertThat(away.with(LONG, open -> CompletableFuture.completedFuture("there")).join())
        .isEqualTo("there");
  }

  @Test
  void more_calls_than_may_wait_are_refused() {
    RedisLine narrow = new RedisLine(this::next, Duration.ofSeconds(2), LONG, 2);
    narrow.with(LONG, open -> new CompletableFuture<>());
    CompletableFuture<String> second = new CompletableFuture<>();
    narrow.with(LONG, open -> second);
    assertThat(
            RedisErrors.kindOf(
                errorOf(narrow.with(LONG, open -> CompletableFuture.completedFuture("")))))
        .isEqualTo(Kind.NOT_SENT);

    second.complete("done");
    assertThat(narrow.with(LONG, open -> CompletableFuture.completedFuture("ok")).join())
        .isEqualTo("ok");
  }
}
