package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.LimitSetting;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Limits that are set, changed and taken back while jobs wait and run. */
public abstract class LimitChangeContract extends LimitedJobs {
  @Test
  void settings_are_read_back_until_they_are_taken_back() {
    assertThat(control().limits(queue())).isEmpty();
    limit(LimitScope.queue(), Limit.concurrency(7));
    limit(LimitScope.type("t"), Limit.concurrency(2));
    limit(EACH_KEY, Limit.inOrder());
    limit(LimitScope.key("a key with:signs, and ümlauts"), Limit.concurrency(3));
    control().pauseType(queue(), "t", true);
    control().pauseType(queue(), "u", true);
    assertThat(control().limits(queue()))
        .containsExactlyInAnyOrder(
            new LimitSetting(LimitScope.queue(), Limit.concurrency(7), false),
            new LimitSetting(LimitScope.type("t"), Limit.concurrency(2), true),
            new LimitSetting(LimitScope.type("u"), null, true),
            new LimitSetting(EACH_KEY, Limit.inOrder(), false),
            new LimitSetting(
                LimitScope.key("a key with:signs, and ümlauts"), Limit.concurrency(3), false));

    unlimit(LimitScope.queue());
    unlimit(EACH_KEY);
    unlimit(EACH_KEY);
    unlimit(LimitScope.type("t"));
    control().pauseType(queue(), "u", false);
    assertThat(control().limits(queue()))
        .containsExactlyInAnyOrder(
            new LimitSetting(LimitScope.type("t"), null, true),
            new LimitSetting(
                LimitScope.key("a key with:signs, and ümlauts"), Limit.concurrency(3), false));
  }

  @Test
  void a_limit_that_is_set_later_counts_what_is_active() {
    List<String> keys = enqueueApart("a", 6);
    List<Claim> active = taker().claim(3);
    limit(EACH_KEY, Limit.concurrency(2));

    assertThat(claimed()).isEmpty();
    assertThat(stats().active()).isEqualTo(3);
    succeed(active.get(0));
    assertThat(claimed()).isEmpty();
    succeed(active.get(1));
    assertThat(claimed()).containsExactly(keys.get(3));
  }

  @Test
  void a_lowered_limit_leaves_alone_what_runs() {
    limit(EACH_KEY, Limit.concurrency(4));
    enqueueApart("a", 8);
    List<Claim> active = claims();
    assertThat(active).hasSize(4);
    limit(EACH_KEY, Limit.concurrency(1));

    for (int i = 0; i < 3; i++) {
      succeed(active.get(i));
      assertThat(claimed()).isEmpty();
    }
    succeed(active.get(3));
    assertThat(claims()).hasSize(1);
    assertThat(claimed()).isEmpty();
  }

  @Test
  void a_raised_limit_lets_go_as_many_as_it_allows() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueApart("a", 8);
    List<String> active = new ArrayList<>(claimed());
    limit(EACH_KEY, Limit.concurrency(5));
    active.addAll(claimed());

    assertThat(active).isEqualTo(keys.subList(0, 5));
    assertThat(stats().parked()).isEqualTo(3);
  }

  @Test
  void what_a_limit_parked_is_let_go_when_it_is_taken_back() {
    limit(EACH_KEY, Limit.concurrency(1));
    limit(LimitScope.key("b"), Limit.concurrency(2));
    List<String> keys = enqueueOf("a", 250);
    List<String> others = enqueueOf("b", 10);
    List<String> active = new ArrayList<>(claimed());
    assertThat(active).hasSize(3);
    unlimit(LimitScope.key("b"));
    unlimit(EACH_KEY);
    active.addAll(claimed());

    keys = new ArrayList<>(keys);
    keys.addAll(others);
    assertThat(active).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(stats().parked()).isZero();
  }

  @Test
  void of_many_keys_whose_limit_is_taken_back_no_job_is_lost() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      keys.addAll(enqueueOf("tenant " + i, 90));
    }
    List<String> active = new ArrayList<>(claimed());
    assertThat(active).hasSize(60);
    unlimit(EACH_KEY);
    active.addAll(claimed());

    assertThat(active).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(stats().parked()).isZero();
  }

  @Test
  void without_its_own_limit_a_key_falls_back_to_that_of_each() {
    limit(EACH_KEY, Limit.concurrency(2));
    limit(LimitScope.key("a"), Limit.concurrency(1));
    enqueueOf("a", 5);
    assertThat(claims()).hasSize(1);
    unlimit(LimitScope.key("a"));

    assertThat(claims()).hasSize(1);
    assertThat(stats().parked()).isEqualTo(3);
  }

  @Test
  void a_raised_limit_of_the_queue_holds_at_once() {
    limit(LimitScope.queue(), Limit.concurrency(1));
    enqueue(5);
    assertThat(claims()).hasSize(1);
    limit(LimitScope.queue(), Limit.concurrency(3));
    assertThat(claims()).hasSize(2);
    unlimit(LimitScope.queue());
    assertThat(claims()).hasSize(2);
  }

  @Test
  void limits_of_one_queue_are_none_of_another() {
    limit(LimitScope.queue(), Limit.concurrency(1));
    limit(EACH_KEY, Limit.concurrency(1));
    var other = freshQueue();
    enqueueAll(other, 100, List.of(of("a"), of("a"), of("a")));

    assertThat(newTaker(other, "w1").claim(10)).hasSize(3);
    assertThat(control().limits(other)).isEmpty();
  }

  @Test
  void a_repeated_setting_changes_nothing() {
    limit(EACH_KEY, Limit.concurrency(1));
    enqueueOf("a", 3);
    assertThat(claims()).hasSize(1);
    limit(EACH_KEY, Limit.concurrency(1));
    limit(EACH_KEY, Limit.concurrency(1));

    assertThat(claimed()).isEmpty();
    assertThat(stats().parked()).isEqualTo(2);
  }
}
