package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.StateReason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many jobs a queue may hold is changed while producers run. */
public abstract class BoundContract extends SentJobs {
  @Test
  void a_queue_has_no_bound_of_its_own_until_one_is_set() {
    assertThat(engine().control().bound(queue())).isNull();
    engine().control().changeBound(queue(), 7L);
    assertThat(engine().control().bound(queue())).isEqualTo(7L);
    engine().control().changeBound(queue(), 8L);
    assertThat(engine().control().bound(queue())).isEqualTo(8L);
    engine().control().changeBound(queue(), null);
    assertThat(engine().control().bound(queue())).isNull();
  }

  @Test
  void a_bound_that_was_set_wins_over_what_an_enqueue_brings_along() {
    engine().control().changeBound(queue(), 2L);
    assertThat(send(job(), job(), job())).containsExactly(created(), created(), full());
    engine().control().changeBound(queue(), 3L);
    assertThat(enqueueAll(queue(), 1, List.of(job(), job()))).containsExactly(created(), full());
    engine().control().changeBound(queue(), null);
    assertThat(enqueueAll(queue(), 3, List.of(job()))).containsExactly(full());
    assertThat(send(job())).containsExactly(created());
  }

  @Test
  void jobs_beyond_a_lower_bound_stay_and_dead_letters_do_not_count() {
    enqueue(3);
    engine().control().changeBound(queue(), 2L);
    assertThat(send(job())).containsExactly(full());
    assertThat(stats().ready()).isEqualTo(3);
    claimAndSettle(buried(StateReason.BURIED));
    assertThat(send(job())).containsExactly(full());
    claimAndSettle(buried(StateReason.BURIED));
    assertThat(send(job(), job())).containsExactly(created(), full());
  }

  @Test
  void a_bound_belongs_to_its_queue() {
    engine().control().changeBound(queue(), 1L);
    assertThat(enqueueAll(freshQueue(), NO_BOUND, List.of(job(), job())))
        .containsExactly(created(), created());
  }
}
