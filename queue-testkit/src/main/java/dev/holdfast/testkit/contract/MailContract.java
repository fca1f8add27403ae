package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Ties;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Messages to one run, and to all that listen for a subject. */
public abstract class MailContract extends RunJobs {
  private static final int MIB = KIB * KIB;
  private static final Duration STEP = Duration.ofSeconds(1);

  // To one.

  @Test
  void messages_are_kept_in_the_order_they_came() {
    String key = enqueueOne();
    Instant first = now();
    assertThat(deliver(key, "b")).isEqualTo(Delivery.DELIVERED);
    advance(STEP);
    assertThat(deliver(key, "a")).isEqualTo(Delivery.DELIVERED);

    List<Journal.Message> messages = journal(key).messages();
    assertThat(messages).extracting(Journal.Message::id).containsExactly("b", "a");
    assertThat(messages).extracting(Journal.Message::at).containsExactly(first, now());
    assertThat(text(messages.get(0).bytes())).isEqualTo("of b");
    assertThat(journal(key).entries()).isEmpty();
  }

  @Test
  void a_message_is_kept_once_by_its_id_and_the_first_stays() {
    String key = enqueueOne();
    Instant first = now();
    assertThat(deliver(key, "m1")).isEqualTo(Delivery.DELIVERED);
    deliver(key, "m2");
    advance(STEP);
    assertThat(runs().deliver(queue(), key, "m1", bytes("other"))).isEqualTo(Delivery.ALREADY);

    assertThat(messages(key)).containsExactly("m1", "m2");
    assertThat(text(journal(key).messages().get(0).bytes())).isEqualTo("of m1");
    assertThat(journal(key).messages().get(0).at()).isEqualTo(first);
  }

  @Test
  void a_message_is_told_from_others_by_its_whole_id() {
    String key = enqueueOne();
    String longest = "i".repeat(400);
    for (String id : List.of("m", "m1", "M", "1", "ü m:/|", longest)) {
      assertThat(deliver(key, id)).as(id).isEqualTo(Delivery.DELIVERED);
    }
    assertThat(messages(key)).containsExactly("m", "m1", "M", "1", "ü m:/|", longest);
    assertThat(deliver(key, longest)).isEqualTo(Delivery.ALREADY);
  }

  @Test
  void bytes_of_messages_come_as_they_were_sent() {
    String key = enqueueOne();
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    runs().deliver(queue(), key, "all", all);
    runs().deliver(queue(), key, "none", new byte[0]);
    assertThat(journal(key).messages())
        .extracting(Journal.Message::bytes)
        .containsExactly(all, new byte[0]);
    Journal claimed = Objects.requireNonNull(taker().claimOne().journal());
    assertThat(claimed.messages())
        .extracting(Journal.Message::bytes)
        .containsExactly(all, new byte[0]);
  }

  @Test
  void a_job_that_has_not_ended_gets_messages_and_stays_where_it_is() {
    String active = activeJob();
    String waiting = enqueueOne();
    suspend(waiting, waiting(lines(0, "a")));
    String retrying = enqueueOne();
    claimAndSettle(retry(Duration.ofHours(1)));
    String scheduled = scheduledJob();
    String ready = enqueueOne();
    for (String key : List.of(active, waiting, retrying, scheduled, ready)) {
      JobState before = state(key);
      assertThat(deliver(key, "m1")).isEqualTo(Delivery.DELIVERED);
      assertThat(state(key)).isEqualTo(before);
      assertThat(messages(key)).containsExactly("m1");
    }
    assertThat(claimable()).containsExactly(ready);
  }

  @Test
  void a_job_that_has_ended_or_is_not_known_gets_none() {
    String key = enqueueOne();
    deliver(key, "m1");
    claimAndSettle(succeeded());
    assertThat(deliver(key, "m1")).isEqualTo(Delivery.NOT_FOUND);
    for (String ended : List.of(key, deadJob(), cancelledJob())) {
      assertThat(deliver(ended, "m2")).isEqualTo(Delivery.NOT_FOUND);
      assertThat(messages(ended)).doesNotContain("m2");
    }
    assertThat(deliver(key(), "m1")).isEqualTo(Delivery.NOT_FOUND);
  }

  @Test
  void a_redriven_dead_letter_gets_messages_again() {
    String key = deadJob();
    control().redrive(queue(), key);
    assertThat(deliver(key, "m1")).isEqualTo(Delivery.DELIVERED);
  }

  @Test
  void a_run_has_at_most_16_mib_of_messages() {
    String key = enqueueOne();
    byte[] mib = new byte[MIB];
    for (int i = 0; i < 15; i++) {
      assertThat(runs().deliver(queue(), key, "m" + i, mib)).isEqualTo(Delivery.DELIVERED);
    }
    runs().deliver(queue(), key, "m15", mib);
    assertThat(runs().deliver(queue(), key, "m16", mib)).isEqualTo(Delivery.FULL);
    assertThat(runs().deliver(queue(), key, "m0", mib)).isEqualTo(Delivery.ALREADY);
    assertThat(messages(key)).doesNotContain("m16");
    assertThat(deliver(enqueueOne(), "m16")).isEqualTo(Delivery.DELIVERED);
  }

  @Test
  void a_message_that_is_full_wakes_nobody() {
    String key = enqueueOne();
    suspend(key, waitingFor(lines(0, "a"), 17));
    for (int i = 0; i < 20; i++) {
      runs().deliver(queue(), key, "m" + i, new byte[MIB]);
    }
    assertThat(state(key)).isEqualTo(JobState.WAITING);
  }

  // To all who listen.

  @Test
  void a_subject_reaches_those_that_listen_for_it() {
    List<String> keys =
        enqueue(listening("order/1"), listening("order/2"), listening("order/1", "order/2"), job());
    spread("order/1", "m1");
    spread("order/2", "m2");
    spread("order/3", "m3");

    assertThat(messages(keys.get(0))).containsExactly("m1");
    assertThat(messages(keys.get(1))).containsExactly("m2");
    assertThat(messages(keys.get(2))).containsExactly("m1", "m2");
    assertThat(messages(keys.get(3))).isEmpty();
    assertThat(text(journal(keys.get(0)).messages().get(0).bytes())).isEqualTo("of m1");
  }

  @Test
  void subjects_are_told_apart_by_their_whole_text() {
    String longest = "s".repeat(400);
    List<String> subjects =
        List.of("a", "ab", "a\tb", "a\t", "a b", "A", "a:b", "a|b", "[a", "(a", "ü", longest);
    List<String> keys = new ArrayList<>();
    subjects.forEach(subject -> keys.addAll(enqueue(listening(subject))));
    subjects.forEach(subject -> spread(subject, subject));
    for (int i = 0; i < subjects.size(); i++) {
      assertThat(messages(keys.get(i))).containsExactly(subjects.get(i));
    }
  }

  @Test
  void a_job_listens_from_the_moment_it_is_added_in_whatever_state() {
    NewJob scheduled = tied(delayed(Duration.ofHours(1)), new Ties(List.of("s"), null, false));
    List<String> keys = enqueue(listening("s"), scheduled);
    Claim claim = taker().claimOne();
    spread("s", "m1");
    taker().settle(claim, retry(Duration.ofHours(1)));
    spread("s", "m2");
    assertThat(messages(keys.get(0))).containsExactly("m1", "m2");
    assertThat(messages(keys.get(1))).containsExactly("m1", "m2");
  }

  @Test
  void an_enqueue_that_arrives_again_changes_nothing() {
    NewJob job = listening("s");
    enqueue(job);
    enqueueAll(queue(), 10_000_000, List.of(job.retried()));
    spread("s", "m1");
    assertThat(messages(job.key())).containsExactly("m1");
  }

  @Test
  void a_run_listens_from_an_append_on() {
    Claim claim = writing("a");
    String key = claim.held().key();
    spread("s", "m0");
    assertThat(append(claim, listen(1, "s", "t")).standing()).isTrue();
    assertThat(append(claim, listen(1, "s")).standing()).isTrue();
    spread("s", "m1");
    spread("t", "m2");
    assertThat(messages(key)).containsExactly("m1", "m2");
  }

  @Test
  void subjects_beside_what_it_listens_for_do_not_replace_it() {
    String key = enqueue(listening("first")).get(0);
    Claim claim = taker().claimOne();
    append(claim, listen(0, "second"));
    taker().settle(claim, waitingFor(new Append(0, List.of(), List.of("third")), 3));
    spread("first", "m1");
    spread("second", "m2");
    assertThat(state(key)).isEqualTo(JobState.WAITING);
    spread("third", "m3");
    assertThat(messages(key)).containsExactly("m1", "m2", "m3");
    assertThat(state(key)).isEqualTo(JobState.READY);
  }

  @Test
  void a_refused_append_makes_nobody_listen() {
    Claim claim = writing("a");
    append(claim, new Append(0, List.of(bytes("x")), List.of("s")));
    taker().settle(claim, retry(Duration.ZERO));
    append(claim, listen(1, "s"));
    spread("s", "m1");
    assertThat(messages(claim.held().key())).isEmpty();
  }

  @Test
  void a_run_that_has_ended_listens_no_more() {
    List<String> keys = new ArrayList<>();
    keys.addAll(enqueue(listening("s")));
    claimAndSettle(succeeded());
    keys.addAll(enqueue(listening("s")));
    claimAndSettle(buried(StateReason.EXHAUSTED));
    keys.addAll(enqueue(listening("s")));
    cancel(keys.get(2));
    String deleted = enqueue(listening("s")).get(0);
    control().delete(queue(), deleted);
    enqueue(listening("s"));
    control().purge(queue());

    assertThat(runs().spread(queue(), "s", "m1", bytes("1"), null)).isNull();
    keys.forEach(key -> assertThat(messages(key)).isEmpty());
    // Nor does another that gets its key.
    enqueue(new NewJob(deleted, TYPE, Priority.NORMAL, NewJob.Start.NOW, null, false, bytes("{}")));
    spread("s", "m1");
    assertThat(messages(deleted)).isEmpty();
  }

  @Test
  void a_redriven_run_listens_for_what_it_listened_for() {
    String key = enqueue(listening("s")).get(0);
    Claim claim = taker().claimOne();
    append(claim, listen(0, "t"));
    taker().settle(claim, buried(StateReason.EXHAUSTED));
    spread("s", "m1");
    control().redrive(queue(), key);
    spread("s", "m2");
    spread("t", "m3");
    assertThat(messages(key)).containsExactly("m2", "m3");
  }

  @Test
  void a_subject_of_many_is_spread_a_hundred_a_call() {
    List<String> keys =
        enqueue(IntStream.range(0, 250).mapToObj(i -> listening("s")).toArray(NewJob[]::new));
    String other = enqueue(listening("sa")).get(0);
    String after = runs().spread(queue(), "s", "m1", bytes("1"), null);
    assertThat(after).isNotNull();
    assertThat(keys.stream().filter(key -> !messages(key).isEmpty()).count()).isEqualTo(100);
    // Whoever crashes here begins anew.
    assertThat(spread("s", "m1")).isBetween(3, 4);
    keys.forEach(key -> assertThat(messages(key)).containsExactly("m1"));
    assertThat(messages(other)).isEmpty();
  }

  @Test
  void runs_that_end_while_a_subject_is_spread_do_not_hide_others() {
    List<String> keys =
        enqueue(IntStream.range(0, 150).mapToObj(i -> listening("s")).toArray(NewJob[]::new));
    String after = runs().spread(queue(), "s", "m1", bytes("1"), null);
    List<String> reached = keys.stream().filter(key -> !messages(key).isEmpty()).toList();
    reached.forEach(this::cancel);
    while (after != null) {
      after = runs().spread(queue(), "s", "m1", bytes("1"), after);
    }
    keys.stream()
        .filter(key -> !reached.contains(key))
        .forEach(key -> assertThat(messages(key)).containsExactly("m1"));
  }

  @Test
  void a_spread_message_wakes_those_that_wait_for_it() {
    List<String> keys = enqueue(listening("s"), listening("s"), listening("s"));
    List<Claim> claims = taker().claim(3);
    taker().settle(claims.get(0), waitingFor(lines(0, "a"), 1));
    taker().settle(claims.get(1), waitingFor(lines(0, "a"), 2));
    spread("s", "m1");
    assertThat(state(keys.get(0))).isEqualTo(JobState.READY);
    assertThat(state(keys.get(1))).isEqualTo(JobState.WAITING);
    assertThat(state(keys.get(2))).isEqualTo(JobState.ACTIVE);
  }

  @Test
  void a_subject_is_one_queue_s_own() {
    QueueRef other = freshQueue();
    String key = enqueue(listening("s")).get(0);
    assertThat(runs().spread(other, "s", "m1", bytes("1"), null)).isNull();
    assertThat(messages(key)).isEmpty();
  }
}
