package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.TurnReply;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a paused type does, and does not. */
public abstract class TypePauseContract extends LimitedJobs {
  private List<String> enqueueOfType(String type, int count) {
    return enqueue(IntStream.range(0, count).mapToObj(i -> ofType(type)).toArray(NewJob[]::new));
  }

  private void pause(String type) {
    control().pauseType(queue(), type, true);
  }

  private void resume(String type) {
    control().pauseType(queue(), type, false);
  }

  @Test
  void jobs_of_a_paused_type_are_parked_as_workers_meet_them_and_the_others_run() {
    List<String> keys = enqueueOfType("t", 3);
    String other = enqueueOne();
    pause("t");
    pause("t");

    assertThat(claimed()).containsExactly(other);
    assertThat(parked()).isEqualTo(keys);
    assertThat(stored(keys.get(0)).parkedBy()).isEqualTo("type t");
    resume("t");
    resume("t");
    assertThat(claimed()).isEqualTo(keys);
  }

  @Test
  void jobs_of_a_paused_type_are_accepted_and_parked_at_once() {
    pause("t");
    String key = enqueueOfType("t", 1).get(0);

    assertThat(state(key)).isEqualTo(JobState.PARKED);
    assertThat(claimed()).isEmpty();
  }

  @Test
  void what_runs_goes_on() {
    enqueueOfType("t", 2);
    List<Claim> active = claims();
    pause("t");

    assertThat(taker().settle(active.get(0), succeeded())).isEqualTo(Settled.DONE);
    assertThat(taker().settle(active.get(1), new Outcome.Released())).isEqualTo(Settled.DONE);
    assertThat(claimed()).isEmpty();
    assertThat(stats().parked()).isEqualTo(1);
  }

  @Test
  void a_thousand_parked_ones_are_let_go_without_one_turn_doing_it_all() {
    List<String> keys = new ArrayList<>(enqueueOfType("t", 400));
    pause("t");
    assertThat(claimed()).isEmpty();
    for (int i = 0; i < 3; i++) {
      keys.addAll(enqueueOfType("t", 200));
    }
    assertThat(stats().parked()).isEqualTo(1_000);
    resume("t");
    TurnReply first = taker().nextStartsHigh().turn(100);
    assertThat(first.claims()).hasSize(100);
    assertThat(stats().parked()).isEqualTo(900);

    List<String> claimed = new ArrayList<>(keysOf(first.claims()));
    claimed.addAll(claimed());
    assertThat(claimed).isEqualTo(keys);
  }

  @Test
  void what_is_parked_does_not_hide_the_one_behind() {
    enqueueOfType("t", 450);
    String other = enqueueOne();
    pause("t");
    List<String> claimed = new ArrayList<>();
    for (boolean more = true; more; ) {
      TurnReply reply = taker().turn(1);
      claimed.addAll(keysOf(reply.claims()));
      more = reply.more();
    }
    assertThat(claimed).containsExactly(other);
  }

  @Test
  void a_pause_and_a_limit_of_a_type_do_not_know_of_each_other() {
    limit(LimitScope.type("t"), Limit.concurrency(2));
    pause("t");
    enqueueOfType("t", 5);
    assertThat(claimed()).isEmpty();
    limit(LimitScope.type("t"), Limit.concurrency(3));
    assertThat(claimed()).isEmpty();
    resume("t");
    assertThat(claims()).hasSize(3);
    pause("t");
    unlimit(LimitScope.type("t"));
    assertThat(claimed()).isEmpty();
    resume("t");
    assertThat(claims()).hasSize(2);
  }

  @Test
  void a_job_parked_by_its_paused_type_holds_no_place_of_its_key() {
    limit(EACH_KEY, Limit.concurrency(1));
    pause("t");
    enqueue(ofType("t", "a"));
    String other = enqueue(ofType("u", "a")).get(0);

    assertThat(claimed()).containsExactly(other);
  }

  @Test
  void a_pause_of_the_queue_and_one_of_a_type_are_two() {
    pause("t");
    enqueueOfType("t", 2);
    control().pause(queue(), true);
    resume("t");
    assertThat(taker().turn(5).claims()).isEmpty();
    control().pause(queue(), false);
    assertThat(claims()).hasSize(2);
  }
}
