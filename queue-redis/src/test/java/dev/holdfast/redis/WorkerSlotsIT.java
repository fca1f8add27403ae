package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Worker;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.testkit.FaultyEngine;
import dev.holdfast.worker.HandlerOptions;
import dev.holdfast.worker.QueueOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** How many jobs run at once, and from which queue. */
class WorkerSlotsIT extends WorkerFixture {
  @Test
  void no_more_run_at_once_than_a_queue_and_a_handler_allow() {
    Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    Map<String, Integer> most = new ConcurrentHashMap<>();
    HandlerOptions two = HandlerOptions.builder().concurrency(2).build();
    start(
        Worker.on(holdfast)
            .handler(Mail.class, (mail, context) -> busy(running, most, "mail"))
            .handler(Sum.class, two, (sum, context) -> busy(running, most, "sum"))
            .queue("mail", 6));
    List<JobId> ids = new ArrayList<>();
    for (int n = 0; n < 60; n++) {
      ids.add(holdfast.enqueue(n % 2 == 0 ? new Mail(n) : new Sum(n, n)).id());
    }
    ids.forEach(id -> awaitState(id, JobState.SUCCEEDED));
    assertThat(most.get("sum")).isLessThanOrEqualTo(2);
    assertThat(most.get("mail")).isLessThanOrEqualTo(6);
    assertThat(most.get("all")).isBetween(2, 6);
  }

  private void busy(Map<String, AtomicInteger> running, Map<String, Integer> most, String kind)
      throws InterruptedException {
    for (String of : List.of(kind, "all")) {
      int now = running.computeIfAbsent(of, k -> new AtomicInteger()).incrementAndGet();
      most.merge(of, now, Math::max);
    }
    try {
      boolean never = new CountDownLatch(1).await(3, TimeUnit.MILLISECONDS);
      assertThat(never).isFalse();
    } finally {
      running.get(kind).decrementAndGet();
      running.get("all").decrementAndGet();
    }
  }

  @Test
  void more_slots_than_one_consumer_may_have_are_used() throws InterruptedException {
    CountDownLatch all = new CountDownLatch(200);
    CountDownLatch go = new CountDownLatch(1);
    start(
        Worker.on(holdfast)
            .handler(
                Mail.class,
                (mail, context) -> {
                  all.countDown();
                  go.await();
                })
            .queue("mail", 200));
    List<Mail> jobs = IntStream.range(0, 210).mapToObj(Mail::new).toList();
    holdfast.enqueueAll(jobs);
    assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(holdfast.queue("mail").stats().active()).isEqualTo(200);
    go.countDown();
    await().atMost(SOON).until(() -> holdfast.queue("mail").stats().done() == 210);
  }

  @Test
  @DisabledIfSystemProperty(
      named = FaultyEngine.PROPERTY,
      matches = ".+",
      disabledReason = "a queue that gives no answer does not hold up the later ones")
  void strict_order_empties_the_first_queue_before_the_second() {
    ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
    for (int n = 0; n < 30; n++) {
      holdfast.enqueue(new Mail(100 + n), EnqueueOptions.defaults().queue("later"));
      holdfast.enqueue(new Mail(n), EnqueueOptions.defaults().queue("first"));
    }
    start(
        Worker.on(holdfast)
            .handler(Mail.class, (mail, context) -> order.add(mail.number()))
            .queues(1, QueueOrder.strict("first", "later")));
    await().atMost(SOON).until(() -> order.size() == 60);
    assertThat(order.stream().limit(30)).allMatch(number -> number < 100);
  }

  @Test
  @DisabledIfSystemProperty(
      named = FaultyEngine.PROPERTY,
      matches = ".+",
      disabledReason = "a queue that gives no answer leaves its share to the others")
  void weighted_queues_both_get_their_share() {
    ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
    holdfast.enqueueAll(
        IntStream.range(0, 200).mapToObj(Mail::new).toList(),
        EnqueueOptions.defaults().queue("much"));
    holdfast.enqueueAll(
        IntStream.range(1_000, 1_200).mapToObj(Mail::new).toList(),
        EnqueueOptions.defaults().queue("little"));
    start(
        Worker.on(holdfast)
            .handler(Mail.class, (mail, context) -> order.add(mail.number()))
            .queues(1, QueueOrder.weighted(Map.of("much", 9, "little", 1))));
    await().atMost(SOON).until(() -> order.size() == 400);
    long little = order.stream().limit(150).filter(n -> n >= 1_000).count();
    assertThat(little).isBetween(1L, 60L);
  }
}
