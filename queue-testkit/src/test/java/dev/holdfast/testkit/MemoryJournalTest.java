package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.spi.Append;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.Runs.Delivery;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Bounds of a journal that take too long to reach through an engine, and what it hands out. */
class MemoryJournalTest {
  private static final Instant NOW = Instant.EPOCH;

  private final MemoryJournal journal = new MemoryJournal();

  @Test
  void a_run_has_at_most_a_hundred_thousand_messages() {
    for (int i = 0; i < 100_000; i++) {
      assertThat(journal.deliver("m" + i, new byte[0], NOW)).isEqualTo(Delivery.DELIVERED);
    }
    assertThat(journal.deliver("one more", new byte[0], NOW)).isEqualTo(Delivery.FULL);
    assertThat(journal.deliver("m0", new byte[0], NOW)).isEqualTo(Delivery.ALREADY);
    assertThat(journal.messages()).isEqualTo(100_000);
  }

  @Test
  void a_message_may_fill_the_16_mib_and_not_go_beyond() {
    assertThat(journal.deliver("a", new byte[(16 << 20) - 1], NOW)).isEqualTo(Delivery.DELIVERED);
    assertThat(journal.deliver("b", new byte[2], NOW)).isEqualTo(Delivery.FULL);
    assertThat(journal.deliver("c", new byte[1], NOW)).isEqualTo(Delivery.DELIVERED);
  }

  @Test
  void what_is_changed_outside_is_not_changed_inside() {
    byte[] entry = {1};
    byte[] message = {1};
    Instant unused = journal.write(new Append(0, List.of(entry), List.of()), NOW);
    journal.deliver("m", message, NOW);
    entry[0] = 2;
    message[0] = 2;
    Journal given = Objects.requireNonNull(journal.handOut(1_000));
    given.entries().get(0).bytes()[0] = 3;
    given.messages().get(0).bytes()[0] = 3;
    assertThat(journal.read().entries().get(0).bytes()).containsExactly(1);
    assertThat(journal.read().messages().get(0).bytes()).containsExactly(1);
  }

  @Test
  void a_journal_comes_whole_up_to_64_kib_and_the_room_there_is() {
    journal.deliver("m", new byte[64 << 10], NOW);
    assertThat(Objects.requireNonNull(journal.handOut(1 << 20)).whole()).isTrue();
    assertThat(Objects.requireNonNull(journal.handOut(64 << 10)).whole()).isTrue();
    assertThat(Objects.requireNonNull(journal.handOut((64 << 10) - 1)).whole()).isFalse();
    journal.deliver("n", new byte[1], NOW);
    assertThat(Objects.requireNonNull(journal.handOut(1 << 20)).whole()).isFalse();
  }
}
