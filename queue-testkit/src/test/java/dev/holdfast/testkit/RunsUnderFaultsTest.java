package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.JobId;
import dev.holdfast.job.JobKeys;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Ties;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs.AppendReply;
import dev.holdfast.spi.Runs.Delivery;
import dev.holdfast.spi.Runs.Ended;
import dev.holdfast.spi.Runs.ForkReply;
import dev.holdfast.spi.Topics.Subscriber;
import dev.holdfast.spi.Turn;
import dev.holdfast.testkit.FaultyEngine.Call;
import dev.holdfast.testkit.FaultyEngine.Fault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What faults, patient callers and deaths make of runs. */
class RunsUnderFaultsTest {
  private static final QueueRef QUEUE = QueueRef.of("mail");
  private static final Duration LEASE = Duration.ofSeconds(30);

  private final ManualTime time = ManualTime.create();
  private final InMemoryEngine memory = InMemoryEngine.on(time);
  private final JobKeys keys = new JobKeys(time, new SplittableRandom(1));

  @AfterEach
  void close() {
    memory.close();
  }

  private Held claim() {
    Ties ties = new Ties(List.of("s"), "flows~0~01ARZ3NDEKTSV4RRFFQ69G5FAV", false);
    NewJob job =
        new NewJob(
            keys.next(),
            "t",
            Priority.NORMAL,
            NewJob.Start.NOW,
            null,
            null,
            null,
            1,
            ties,
            false,
            new byte[] {'x'});
    memory.intake().enqueue(QUEUE, List.of(job), 10, LEASE).get(0).join();
    Turn turn =
        new Turn(
            QUEUE,
            job.key(),
            1,
            false,
            List.of(),
            List.of(),
            1,
            false,
            LEASE,
            LEASE,
            Retention.STANDARD);
    List<Claim> claims = memory.claiming().turn(turn).claims();
    assertThat(claims).hasSize(1);
    return claims.get(0).held();
  }

  private static Append line(int after, String entry) {
    return new Append(after, List.of(entry.getBytes(StandardCharsets.UTF_8)), List.of());
  }

  private static <T> T answer(CompletableFuture<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(10, TimeUnit.SECONDS);
  }

  private RepeatingEngine patient() {
    FaultyEngine.Builder builder = FaultyEngine.around(memory).seed(42).rate(0.5);
    RepeatingEngine.TELLING.forEach(call -> builder.rate(call, Fault.LOST_REPLY, 0));
    return new RepeatingEngine(builder.build());
  }

  @Test
  void a_patient_caller_gets_every_answer_and_each_thing_is_done_once() throws Exception {
    RepeatingEngine engine = patient();
    Held held = claim();
    for (int i = 0; i < 50; i++) {
      assertThat(answer(engine.runs().append(QUEUE, held, LEASE, line(i, "e" + i))).standing())
          .isTrue();
      assertThat(engine.runs().deliver(QUEUE, held.key(), "m" + i, new byte[0]))
          .isEqualTo(Delivery.DELIVERED);
      assertThat(engine.runs().spread(QUEUE, "s", "s" + i, new byte[0], null)).isNull();
      assertThat(engine.runs().fork(QUEUE, held.key(), "copy" + i, i)).isEqualTo(ForkReply.DONE);
      engine.topics().subscribe("e", new Subscriber("n" + i, ""));
      assertThat(engine.topics().unsubscribe("e", "n" + i)).isTrue();
      assertThat(engine.topics().subscribers("e")).isEmpty();
    }
    Journal journal = engine.runs().read(QUEUE, held.key());
    assertThat(journal.entries()).hasSize(50);
    assertThat(journal.messages()).hasSize(100);
    for (Call call : List.of(Call.APPEND, Call.DELIVER, Call.SPREAD, Call.FORK, Call.SUBSCRIBE)) {
      assertThat(engine.faulty().injected(call)).as("%s", call).isPositive();
    }
  }

  @Test
  void an_end_is_told_through_faults() {
    RepeatingEngine engine = patient();
    for (int i = 0; i < 20; i++) {
      Held held = claim();
      memory.store().run(QUEUE, (queue, now) -> queue.forget(queue.job(held.key())));
      List<Ended> ended = engine.runs().ended(QUEUE);
      assertThat(ended).extracting(Ended::key).containsExactly(held.key());
      engine.runs().told(QUEUE, ended);
      assertThat(memory.runs().ended(QUEUE)).isEmpty();
    }
    assertThat(engine.faulty().injected(Call.TOLD)).isPositive();
  }

  @Test
  void an_append_whose_answer_is_lost_was_written() {
    FaultyEngine engine =
        FaultyEngine.around(memory).rate(0).rate(Call.APPEND, Fault.LOST_REPLY, 1).build();
    Held held = claim();
    assertThatThrownBy(() -> answer(engine.runs().append(QUEUE, held, LEASE, line(0, "a"))))
        .hasRootCauseInstanceOf(FaultyEngine.InjectedFault.class);
    assertThat(memory.runs().read(QUEUE, held.key()).entries()).hasSize(1);
  }

  @Test
  void a_worker_that_dies_after_an_append_has_written_it_and_writes_nothing_more()
      throws Exception {
    Crashes crashes = new Crashes();
    WorkerSide side = new WorkerSide(memory, (seen, die) -> seen, crashes, new Unheard());
    Held held = claim();
    AppendReply alive = answer(side.runs().append(QUEUE, held, LEASE, line(0, "a")));
    assertThat(alive.standing()).isTrue();

    Crash crash = crashes.order(CrashPoint.APPEND);
    dies(side, held, line(1, "b"));
    assertThat(crashes.isOrdered(crash.after())).isFalse();
    assertThat(side.dead()).isTrue();
    dies(side, held, line(2, "c"));
    assertThat(side.runs().deliver(QUEUE, held.key(), "m", new byte[0]))
        .isEqualTo(Delivery.DELIVERED);
    assertThat(side.runs().fork(QUEUE, held.key(), "copy", 0)).isEqualTo(ForkReply.DONE);
    Journal journal = memory.runs().read(QUEUE, held.key());
    assertThat(journal.entries()).hasSize(2);
    assertThat(journal.messages()).isEmpty();
    assertThat(memory.control().find(QUEUE, "copy")).isEmpty();
  }

  private static void dies(Engine side, Held held, Append append) throws Exception {
    assertThat(answer(side.runs().append(QUEUE, held, LEASE, append)).standing()).isFalse();
  }

  /** Nobody who hears of deaths. */
  private static final class Unheard implements WorkerSide.Listener {
    @Override
    public void died(WorkerSide side, Set<String> consumers) {}

    @Override
    public void turnBegins() {}

    @Override
    public void turnEnds() {}

    @Override
    public Set<String> recorded(JobId run) {
      return Set.of();
    }

    @Override
    public void left(WorkerSide side) {}
  }
}
