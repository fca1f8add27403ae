package dev.holdfast.examples.docs;

import static dev.holdfast.testkit.HoldfastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Holdfast;
import dev.holdfast.examples.docs.DocFlows.BadCard;
import dev.holdfast.examples.docs.DocFlows.Billing;
import dev.holdfast.examples.docs.DocFlows.Charge;
import dev.holdfast.examples.docs.DocFlows.FollowFeed;
import dev.holdfast.examples.docs.DocFlows.Label;
import dev.holdfast.examples.docs.DocFlows.Line;
import dev.holdfast.examples.docs.DocFlows.Mail;
import dev.holdfast.examples.docs.DocFlows.OrderFlow;
import dev.holdfast.examples.docs.DocFlows.PlaceOrder;
import dev.holdfast.examples.docs.DocFlows.Placed;
import dev.holdfast.examples.docs.DocFlows.PrintLabel;
import dev.holdfast.examples.docs.DocFlows.Quote;
import dev.holdfast.examples.docs.DocFlows.SendParcel;
import dev.holdfast.examples.docs.DocFlows.Shipped;
import dev.holdfast.examples.docs.DocFlows.Subscribed;
import dev.holdfast.examples.docs.DocFlows.TellReceiver;
import dev.holdfast.examples.docs.DocFlows.TrialFlow;
import dev.holdfast.examples.docs.DocFlows.TrialStarted;
import dev.holdfast.examples.docs.DocFlows.WatchTrial;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobType;
import dev.holdfast.job.StateReason;
import dev.holdfast.testkit.HoldfastTest;
import dev.holdfast.testkit.InMemoryEngine;
import dev.holdfast.testkit.ManualTime;
import dev.holdfast.testkit.TestWorkers;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Runs what the pages on flows, events and job batches show, in virtual time. */
@HoldfastTest
class DocFlowsTest {
  private static final Instant END = ManualTime.START.plus(Duration.ofDays(14));
  private static final PlaceOrder ORDER = new PlaceOrder(1, 4_200, List.of(new Line("tea", 2)));

  /** What a subscriber reads of an event. */
  @JobType(value = "test.shipped", queue = "test")
  record NoteShipped(String label) {}

  private final Notes seen = new Notes();

  @Test
  void a_trial_is_warned_three_days_before_and_downgraded_at_its_end(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    workers.start(worker -> worker.flow(new TrialFlow(seen, seen)));
    JobId run = holdfast.enqueue(new TrialStarted(7, END)).id();

    engine.letPass(Duration.ofDays(10));
    assertThat(seen.calls).isEmpty();
    assertThat(holdfast).job(run).hasState(JobState.WAITING);
    engine.letPass(Duration.ofDays(2));
    assertThat(seen.calls).containsExactly("paid?", "ends " + run + ":warn");
    engine.letPass(Duration.ofDays(3));

    assertThat(seen.calls)
        .containsExactly(
            "paid?", "ends " + run + ":warn", "paid?", "downgrade", "ended " + run + ":tell");
    assertThat(holdfast.result(run, String.class)).contains("downgraded");
  }

  @Test
  void an_order_is_fulfilled_and_reviewed_a_week_later(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    seen.chargesFail.set(2);
    workers.start(worker -> worker.flow(new OrderFlow(seen, seen::take, seen)));
    JobId run = holdfast.enqueue(ORDER).id();

    engine.letPass(Duration.ofDays(6));
    String key = run + ":";
    assertThat(seen.calls)
        .startsWith("charge " + key + "charge", "charge " + key + "charge")
        .containsOnlyOnce("confirm " + key + "fulfil/confirm", "take " + key + "fulfil/stock")
        .hasSize(5);
    engine.letPass(Duration.ofDays(2));

    assertThat(seen.calls).hasSize(6).endsWith("review " + key + "ask review");
    assertThat(holdfast.result(run, Placed.class)).contains(new Placed(true));
    assertThat(holdfast).job(run).hasSucceeded().hasFailures(0);
  }

  @Test
  void a_declined_card_is_not_charged_twice_and_ends_the_order(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    seen.chargesFail.set(100);
    seen.how = new BadCard();
    workers.start(worker -> worker.flow(new OrderFlow(seen, seen::take, seen)));
    JobId run = holdfast.enqueue(ORDER).id();

    engine.letPass(Duration.ofDays(1));

    assertThat(seen.calls)
        .containsExactly("charge " + run + ":charge", "declined " + run + ":declined");
    assertThat(holdfast.result(run, Placed.class)).contains(new Placed(false));
  }

  @Test
  void who_pays_is_converted_and_who_pays_nothing_is_not(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    JobId pays = holdfast.enqueue(new WatchTrial(7, END)).id();
    JobId other = holdfast.enqueue(new WatchTrial(8, END)).id();
    holdfast.events().publish(new Subscribed(7, "free"));
    holdfast.events().publish(new Subscribed(7, "pro")); // before the run is at its wait
    workers.start(worker -> worker.flow(WatchTrial.class, DocFlows.watch(seen)));

    engine.letPass(Duration.ofDays(1));
    assertThat(holdfast.result(pays, String.class)).contains("converted to pro");
    assertThat(holdfast).job(other).hasState(JobState.WAITING);
    engine.letPass(Duration.ofDays(14));

    assertThat(holdfast.result(other, String.class)).contains("downgraded");
    assertThat(seen.calls).containsExactly("downgrade");
  }

  @Test
  void two_carriers_are_asked_at_once(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    AtomicInteger asked = new AtomicInteger();
    workers.start(
        worker ->
            worker.flow(
                SendParcel.class,
                DocFlows.cheapest(
                    parcel -> {
                      if (asked.incrementAndGet() < 3) {
                        throw new IOException("north is away");
                      }
                      return new Quote("north", 500);
                    },
                    parcel -> {
                      seen.calls.add("south");
                      return new Quote("south", 700);
                    })));
    JobId run = holdfast.enqueue(new SendParcel(3)).id();

    engine.letPass(Duration.ofMinutes(5));

    assertThat(holdfast.result(run, Quote.class)).contains(new Quote("north", 500));
    assertThat(asked).hasValue(3);
    assertThat(seen.calls).containsExactly("south");
  }

  @Test
  void the_first_carrier_that_answers_is_the_fastest(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    workers.start(
        worker ->
            worker.flow(
                SendParcel.class,
                DocFlows.fastest(
                    parcel -> new Quote("north", 500), parcel -> new Quote("south", 700))));
    JobId run = holdfast.enqueue(new SendParcel(3)).id();

    engine.letPass(Duration.ofMinutes(5));

    assertThat(holdfast.result(run, Quote.class)).contains(new Quote("north", 500));
  }

  @Test
  void a_run_calls_a_job_publishes_and_enqueues(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    workers.start(
        worker ->
            worker
                .flow(SendParcel.class, DocFlows.child())
                .resultHandler(
                    PrintLabel.class, (job, context) -> new Label("label-" + job.parcel()))
                .handler(
                    TellReceiver.class,
                    (job, context) -> {
                      seen.calls.add("told " + job.parcel());
                    })
                .handler(
                    NoteShipped.class,
                    (job, context) -> {
                      seen.calls.add("shipped " + job.label());
                    })
                .subscribe(Shipped.class, "test.shipped", "test"));
    JobId run = holdfast.enqueue(new SendParcel(3)).id();

    engine.letPass(Duration.ofMinutes(5));
    assertThat(holdfast.result(run, String.class)).contains("label-3");
    assertThat(seen.calls).containsExactly("shipped label-3");
    engine.letPass(Duration.ofHours(1));
    assertThat(seen.calls).containsExactly("shipped label-3", "told 3");
  }

  @Test
  void a_feed_is_read_each_hour_by_one_run_after_the_other(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    workers.start(
        worker ->
            worker.flow(
                FollowFeed.class,
                DocFlows.follow(
                    (url, after) -> {
                      seen.calls.add(after);
                      return after + "+";
                    })));
    JobId first = holdfast.enqueue(new FollowFeed("feed", "0")).id();

    engine.letPass(Duration.ofMinutes(150));

    assertThat(seen.calls).containsExactly("0", "0+", "0++");
    assertThat(holdfast).job(first).hasSucceeded();
  }

  @Test
  void a_subscriber_hears_once_of_an_event_that_is_published_twice(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    workers.start(
        worker ->
            worker.handler(new DocEvents.CountSubscribed((plan, key) -> seen.calls.add(plan))));
    engine.letPass(Duration.ofMinutes(1)); // it has subscribed by then

    assertThat(DocEvents.publish(holdfast.events(), "1")).isTrue();
    engine.letPass(Duration.ofMinutes(1));
    assertThat(seen.calls).containsExactly("pro", "pro");
    assertThat(DocEvents.publish(holdfast.events(), "1")).isFalse();
    engine.letPass(Duration.ofMinutes(1));

    assertThat(seen.calls).containsExactly("pro", "pro", "pro");
  }

  @Test
  void an_event_ends_a_run_that_sleeps(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    workers.start(
        worker ->
            worker.flow(
                DocEvents.TrialStarted.class,
                (steps, trial) -> {
                  steps.sleepUntil("end", trial.endsAt());
                  return "ended";
                }));
    JobId run = holdfast.enqueue(new DocEvents.TrialStarted(7, END)).id();
    engine.letPass(Duration.ofDays(1));

    holdfast.events().publish(new DocEvents.Subscribed(7, "pro"));
    engine.letPass(Duration.ofDays(1));

    assertThat(holdfast).job(run).isCancelled().withReason(StateReason.DISCARDED);
  }

  @Test
  void invoices_are_archived_once_all_are_rendered(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    workers.start(
        worker ->
            worker
                .handler(
                    DocJobBatches.RenderInvoice.class,
                    (job, context) -> {
                      seen.calls.add("render " + job.customer());
                    })
                .handler(
                    DocJobBatches.ArchiveInvoices.class,
                    (job, context) -> {
                      seen.calls.add("archive " + job.month());
                    }));
    JobId batch = DocJobBatches.enqueue(holdfast.batches(), List.of(1L, 2L), "2026-10");
    JobId again = DocJobBatches.enqueue(holdfast.batches(), List.of(1L, 2L), "2026-10");

    engine.letPass(Duration.ofMinutes(1));

    assertThat(again).isEqualTo(batch);
    assertThat(seen.calls).contains("render 1", "render 2").hasSize(3).endsWith("archive 2026-10");
    assertThat(DocJobBatches.look(holdfast.batches(), batch))
        .isEqualTo("100 % done, 0 to come, 0 dead");
  }

  /** Does what the flows ask for, and notes it. */
  private static final class Notes implements Billing, Mail {
    final List<String> calls = new CopyOnWriteArrayList<>();
    final AtomicInteger chargesFail = new AtomicInteger();
    volatile IOException how = new IOException("away");

    @Override
    public boolean isPaid(long userId) {
      calls.add("paid?");
      return false;
    }

    @Override
    public void downgrade(long userId) {
      calls.add("downgrade");
    }

    @Override
    public Charge charge(long cents, String key) throws IOException {
      calls.add("charge " + key);
      if (chargesFail.getAndDecrement() > 0) {
        throw how;
      }
      return new Charge("charge-1");
    }

    @Override
    public void refund(String chargeId, String key) {
      calls.add("refund " + key);
    }

    @Override
    public void trialEnds(long userId, Instant at, String key) {
      calls.add("ends " + key);
    }

    @Override
    public void trialEnded(long userId, String key) {
      calls.add("ended " + key);
    }

    @Override
    public void confirm(long orderId, String key) {
      calls.add("confirm " + key);
    }

    @Override
    public void declined(long orderId, String key) {
      calls.add("declined " + key);
    }

    @Override
    public void askReview(long orderId, String key) {
      calls.add("review " + key);
    }

    int take(List<Line> lines, String key) {
      calls.add("take " + key);
      return lines.size();
    }
  }
}
