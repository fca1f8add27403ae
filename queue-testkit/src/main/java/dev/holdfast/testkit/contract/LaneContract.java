package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Priority;
import dev.holdfast.spi.NewJob;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In which order jobs of different lanes are claimed: the higher first, and none starves. */
public abstract class LaneContract extends EngineContract {
  private List<String> claimed(int room) {
    return keysOf(taker().claim(room));
  }

  @Test
  void jobs_of_a_lane_are_claimed_in_the_order_they_were_enqueued() {
    List<String> keys = enqueue(30);

    List<String> claimed = new ArrayList<>(claimed(7));
    claimed.addAll(claimed(23));
    assertThat(claimed).isEqualTo(keys);
  }

  @Test
  void a_higher_lane_is_claimed_first() {
    NewJob low = job(Priority.LOW);
    NewJob normal = job(Priority.NORMAL);
    NewJob high = job(Priority.HIGH);
    enqueue(low, normal, high);

    assertThat(claimed(3)).containsExactly(high.key(), normal.key(), low.key());
  }

  @Test
  void every_fourth_turn_starts_at_normal_and_every_sixteenth_at_low() {
    for (int i = 0; i < 20; i++) {
      enqueue(job(Priority.HIGH), job(Priority.NORMAL), job(Priority.LOW));
    }

    List<Priority> order = new ArrayList<>();
    for (int turn = 1; turn <= 17; turn++) {
      order.add(taker().claimOne().priority());
    }
    for (int turn = 1; turn <= 17; turn++) {
      Priority expected =
          turn == 16 ? Priority.LOW : turn % 4 == 0 ? Priority.NORMAL : Priority.HIGH;
      assertThat(order.get(turn - 1)).as("turn %s", turn).isEqualTo(expected);
    }
  }

  @Test
  void a_lane_that_would_starve_is_served_while_higher_ones_stay_full() {
    String low = enqueue(job(Priority.LOW)).get(0);
    boolean served = false;
    for (int turn = 1; turn <= 16 && !served; turn++) {
      enqueue(job(Priority.HIGH), job(Priority.NORMAL));
      served = claimed(1).contains(low);
    }
    assertThat(served).isTrue();
  }

  @Test
  void a_turn_that_starts_at_a_lower_lane_fills_its_room_from_the_others() {
    NewJob high = job(Priority.HIGH);
    NewJob normal = job(Priority.NORMAL);
    enqueue(high, normal);

    taker().nextNumber(4);
    assertThat(claimed(5)).containsExactly(normal.key(), high.key());
  }
}
