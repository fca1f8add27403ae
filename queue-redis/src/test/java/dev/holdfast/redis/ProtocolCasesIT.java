package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.TurnReply;
import dev.holdfast.spi.Upkeep.Gate;
import dev.holdfast.testkit.contract.EngineContract;
import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.TurnTaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * The meetings that the protocol was made for, each told step by step. {@link ProtocolModelIT}
 * tries what nobody thought of; here is what somebody did. How a freed place of a limit is handed
 * over is no case yet: there are no limits.
 */
final class ProtocolCasesIT extends EngineContract {
  private static final Duration TERM = Duration.ofSeconds(4);
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }

  private Object redis(String command, String key, String... rest) {
    RedisHarness harness = (RedisHarness) harness();
    List<String> parts = new ArrayList<>(List.of(command, harness.key(queue(), key)));
    parts.addAll(List.of(rest));
    return harness.redis().command(parts.toArray(new String[0]));
  }

  private List<String> activeList(String consumer) {
    return QueueContents.strings(redis("LRANGE", "active:" + consumer, "0", "-1"));
  }

  /** Whether the bell has rung since this was asked last; takes the token. */
  private boolean hasRung() {
    return redis("DEL", "bell").equals(1L);
  }

  private Settlement done(Claim claim) {
    return new Settlement(claim.held(), succeeded());
  }

  // ---- tidy -------------------------------------------------------------------------------------

  @Test
  void tidy_leaves_a_job_alone_that_was_reaped_and_claimed_again_by_the_same_consumer() {
    String key = enqueueOne();
    Claim first = taker().claimOne();
    assertThat(passReaping(TurnTaker.LEASE).returned()).isEqualTo(1);
    Claim second = taker().claimOne();
    assertThat(activeList("w1")).containsExactly(key, key);

    for (int i = 0; i < 3; i++) {
      assertThat(engine().upkeep().tidy(reapOrder(), "w1")).isZero();
      assertThat(activeList("w1")).containsExactly(key);
      advance(PERIOD);
    }

    assertThat(state(key)).isEqualTo(JobState.ACTIVE);
    assertThat(taker().settle(first, succeeded())).isEqualTo(Settled.TAKEN);
    assertThat(taker().settle(second, succeeded())).isEqualTo(Settled.DONE);
    assertThat(activeList("w1")).isEmpty();
  }

  @Test
  void the_jobs_of_a_worker_that_died_are_given_to_others_and_none_is_lost() {
    List<String> keys = enqueue(3);
    taker("died").claim(2);
    TurnTaker other = taker("other");
    List<String> ran = new ArrayList<>();
    Duration bound = TurnTaker.LEASE.plus(PERIOD.multipliedBy(3));
    for (Duration waited = Duration.ZERO;
        waited.compareTo(bound) <= 0;
        waited = waited.plus(PERIOD)) {
      String tidyNext = reap().tidyNext();
      if (tidyNext != null) {
        engine().upkeep().tidy(reapOrder(), tidyNext);
      }
      for (Claim claim : other.claim(5)) {
        ran.add(claim.held().key());
        other.settle(claim, succeeded());
      }
      advance(PERIOD);
    }
    assertThat(ran)
        .as("I1 no loss: every job of a worker that died runs elsewhere within " + bound)
        .containsExactlyInAnyOrderElementsOf(keys);
  }

  // ---- a lost answer ----------------------------------------------------------------------------

  @Test
  void a_turn_whose_answer_is_lost_is_repeated_without_doing_anything_twice() {
    List<String> keys = enqueue(4);
    Claim done = taker().claimOne();
    TurnReply lost = taker().turn(2, done(done));
    taker("w2").turn(0);

    TurnReply repeated = taker().repeat(List.of(keys.get(0)), 2, done(done));

    assertThat(repeated.settled()).containsExactly(Settled.ALREADY);
    assertThat(repeated.claims()).extracting(Claim::held).isEqualTo(heldOf(lost.claims()));
    assertThat(keysOf(repeated.claims())).containsExactly(keys.get(1), keys.get(2));
    assertThat(stats().ready()).isEqualTo(1);
    assertThat(taker().repeat(keys, 2, done(done)).claims())
        .as("what the repeated turn itself has claimed comes again, so that no answer is the last")
        .extracting(Claim::held)
        .isEqualTo(heldOf(lost.claims()));
    assertThat(counters(keys.get(1)).claims()).isEqualTo(1);
    assertThat(taker().claimOne().held().key()).isEqualTo(keys.get(3));
  }

  private static List<Held> heldOf(List<Claim> claims) {
    return claims.stream().map(Claim::held).toList();
  }

  @Test
  void a_turn_that_arrives_after_a_later_one_does_nothing() {
    List<String> keys = enqueue(2);
    Claim claim = taker().claimOne();
    taker().turn(0);

    TurnReply late = taker().send(1, false, List.of(), 1, done(claim));

    assertThat(late.stale()).isTrue();
    assertThat(late.claims()).isEmpty();
    assertThat(state(keys.get(0))).isEqualTo(JobState.ACTIVE);
    assertThat(state(keys.get(1))).isEqualTo(JobState.READY);
  }

  // ---- the fence of what an attempt writes
  // --------------------------------------------------------

  private boolean checkpoint(Claim claim, String text) {
    return await(
        engine().claiming().note(queue(), claim.held(), new Note(null, null, bytes(text))));
  }

  @Test
  void a_worker_that_was_paused_does_not_overwrite_the_checkpoint_of_the_next_claim() {
    enqueueOne();
    Claim paused = taker("paused").claimOne();
    assertThat(checkpoint(paused, "page 1")).isTrue();
    passReaping(TurnTaker.LEASE);
    Claim next = taker("next").claimOne();
    assertThat(text(next.checkpoint())).isEqualTo("page 1");
    assertThat(checkpoint(next, "page 7")).isTrue();

    boolean written = checkpoint(paused, "page 2");

    taker("next").settle(next, retry(Duration.ZERO));
    assertThat(text(taker("next").claimOne().checkpoint()))
        .as("I11 steps: the checkpoint that the next attempt starts from")
        .isEqualTo("page 7");
    assertThat(written).isFalse();
  }

  // ---- the watch --------------------------------------------------------------------------------

  @Test
  void an_earlier_due_time_finds_a_keeper_while_another_worker_holds_the_watch() {
    String later = enqueue(delayed(Duration.ofSeconds(3))).get(0);
    assertThat(taker("w1").watchTerm(TERM).turn(1).nextDue()).isEqualTo(Duration.ofSeconds(3));
    hasRung();

    String earlier = enqueue(delayed(SECOND)).get(0);

    assertThat(hasRung()).as("somebody is woken to learn of it").isTrue();
    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isEqualTo(SECOND);
    assertThat(taker("w1").watchTerm(TERM).turn(1).nextDue())
        .as("the first keeper knows a later instant and is no keeper any more")
        .isNull();
    advance(SECOND);
    assertThat(keysOf(taker("w2").watchTerm(TERM).claim(1))).containsExactly(earlier);
    assertThat(taker("w2").watchTerm(TERM).turn(0).nextDue()).isEqualTo(Duration.ofSeconds(2));
    advance(Duration.ofSeconds(2));
    assertThat(keysOf(taker("w1").watchTerm(TERM).claim(1)))
        .as("its old timer does no harm")
        .containsExactly(later);
  }

  @Test
  void the_watch_of_a_keeper_that_died_is_taken_within_its_term() {
    enqueue(delayed(Duration.ofMinutes(1)));
    taker("w1").watchTerm(TERM).turn(1);
    advance(TERM.minusMillis(1));
    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isNull();
    advance(Duration.ofMillis(1));
    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isNotNull();
  }

  // ---- the bell ---------------------------------------------------------------------------------

  @Test
  void a_full_process_that_finds_work_rings_for_another() {
    enqueue(delayed(SECOND));
    String failed = enqueueOne();
    Claim claim = taker().claimOne();
    hasRung();

    taker().turn(0);
    assertThat(hasRung()).as("nothing was found").isFalse();
    taker().turn(0, new Settlement(claim.held(), retry(Duration.ZERO)));
    assertThat(hasRung()).as("a retry without a wait").isTrue();
    assertThat(keysOf(taker("w2").claim(1))).containsExactly(failed);
    assertThat(hasRung()).as("nothing is left").isFalse();
    advance(SECOND);
    taker().turn(0);
    assertThat(hasRung()).as("a job has become due").isTrue();
    taker().turn(0);
    assertThat(hasRung()).as("it was rung for once").isFalse();
  }

  @Test
  void a_full_process_that_took_a_token_puts_it_back_for_another() {
    enqueueOne();
    try (Bells full = engine().openBells("w1");
        Bells idle = engine().openBells("w2")) {
      assertThat(full.await(Set.of(queue()), SECOND)).contains(queue());
      assertThat(idle.await(Set.of(queue()), Duration.ofMillis(20))).isEmpty();
      full.ring(queue());
      assertThat(idle.await(Set.of(queue()), SECOND)).contains(queue());
    }
  }

  /** Makes a suspect: two leases of it end without an outcome. */
  private String suspect() {
    String key = enqueueOne();
    TurnTaker crashing = taker("crashing").suspects(false);
    for (int i = 0; i < 2; i++) {
      crashing.claimOne();
      assertThat(passReaping(TurnTaker.LEASE).returned()).isEqualTo(1);
    }
    assertThat(counters(key).crashes()).isEqualTo(2);
    return key;
  }

  @Test
  void with_only_suspects_left_a_worker_that_may_take_none_does_not_keep_others_awake() {
    String key = suspect();
    hasRung();
    TurnTaker busy = taker("busy").suspects(false);

    TurnReply nothing = busy.turn(5);
    assertThat(nothing.claims()).isEmpty();
    assertThat(nothing.more()).as("it would ask again and again").isFalse();
    assertThat(hasRung()).as("it would wake others that may take none either").isFalse();

    String other = enqueueOne();
    hasRung();
    assertThat(keysOf(busy.claim(5))).containsExactly(other);
    assertThat(hasRung()).as("it claimed and leaves the suspect to another").isTrue();
    assertThat(keysOf(taker("free").claim(5))).containsExactly(key);
    assertThat(hasRung()).isFalse();
  }

  @Test
  void a_worker_takes_one_suspect_and_rings_for_the_next() {
    String first = suspect();
    String second = suspect();
    hasRung();

    assertThat(keysOf(taker("w3").claim(5))).containsExactly(first);
    assertThat(hasRung()).isTrue();
    assertThat(keysOf(taker("w4").claim(5))).containsExactly(second);
    assertThat(hasRung()).isFalse();
  }

  // ---- the reaper -------------------------------------------------------------------------------

  @Test
  void of_many_that_reap_at_once_one_gets_through_the_gate() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 5; round++) {
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Gate>> gates = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          gates.add(
              threads.submit(
                  () -> {
                    start.await();
                    return reap().gate();
                  }));
        }
        start.countDown();
        List<Gate> seen = new ArrayList<>();
        for (Future<Gate> gate : gates) {
          seen.add(gate.get());
        }
        assertThat(seen).filteredOn(gate -> gate == Gate.OPEN).hasSize(1);
        assertThat(seen).filteredOn(gate -> gate == Gate.NOT_YET).hasSize(7);
        advance(PERIOD.minusMillis(1));
        assertThat(reap().gate()).isEqualTo(Gate.NOT_YET);
        advance(Duration.ofMillis(1));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void after_an_outage_live_workers_extend_before_anything_is_reaped_and_nothing_runs_again() {
    List<String> keys = enqueue(2);
    reap();
    Claim alive = taker("alive").claimOne();
    Claim died = taker("died").claimOne();
    advance(TurnTaker.LEASE.plus(PERIOD));

    assertThat(reap().gate()).isEqualTo(Gate.GRACE);
    assertThat(keysOf(taker("new").claim(5))).as("nothing runs again").isEmpty();
    advance(PERIOD);
    assertThat(reap().gate()).isEqualTo(Gate.GRACE);
    assertThat(engine().claiming().extend(queue(), TurnTaker.LEASE, List.of(alive.held())))
        .containsExactly(LeaseReply.EXTENDED);
    advance(PERIOD);
    assertThat(reap().gate()).isEqualTo(Gate.GRACE);
    assertThat(stats().active()).isEqualTo(2);
    advance(GRACE.minus(PERIOD.multipliedBy(2)));

    assertThat(reap().returned()).as("only what nobody extended").isEqualTo(1);
    assertThat(keysOf(taker("new").claim(5))).containsExactly(keys.get(1));
    assertThat(taker("alive").settle(alive, succeeded())).isEqualTo(Settled.DONE);
    assertThat(taker("died").settle(died, succeeded())).isEqualTo(Settled.TAKEN);
    assertThat(counters(keys.get(0)).claims()).isEqualTo(1);
    advance(PERIOD);
    assertThat(reap().gate()).as("one outage opens one grace").isEqualTo(Gate.OPEN);
  }
}
