package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.redis.ProducerMain;
import dev.holdfast.redis.ScriptNames;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.ProxyFault;
import dev.holdfast.testkit.redis.ProxyRule;
import dev.holdfast.testkit.redis.RedisProxy;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.parallel.Isolated;

/** The row of a producer that is killed while it enqueues a list, 100 jobs a call. */
@Isolated("counts what is stored")
class KilledProducerFaultIT extends FaultRig {
  private static final int CALLS_BEFORE = 4;
  private static final int A_CALL = 100;

  @Fault(
      row = 4,
      what = "SIGKILL of a producer in a list of 1,000, its fifth call not yet arrived",
      must = "400 jobs are stored, whole, and run once each; of the others there is no trace")
  void a_list_cut_before_a_call_is_stored_up_to_it(Observed observed) {
    kill(ProxyRule::holdCommand, CALLS_BEFORE * A_CALL, observed);
  }

  @Fault(
      row = 4,
      what = "SIGKILL of a producer in a list of 1,000, its fifth call done and not answered",
      must = "500 jobs are stored, whole, and run once each; of the others there is no trace")
  void a_list_cut_after_a_call_is_stored_with_it(Observed observed) {
    kill(ProxyRule::holdReply, (CALLS_BEFORE + 1) * A_CALL, observed);
  }

  private void kill(Function<ProxyRule, ProxyFault> fault, int stored, Observed observed) {
    // Loads the script, so that each call of the producer is one command.
    enqueue(ProducerMain.JOBS, "ok");
    RedisProxy proxy = proxy();
    ProxyFault fifth = fault.apply(proxy.on(ScriptNames.calls("enqueue")).skip(CALLS_BEFORE));
    WorkerProcess producer =
        closing(
            WorkerProcess.start(
                ProducerMain.class,
                history,
                proxy.uri(),
                NAMESPACE,
                history.directory().toString()));
    fifth.await(LONG);
    producer.signal("KILL");
    assertThat(history.count("SENDS")).isEqualTo(1);
    assertThat(history.count("SENT")).isZero();
    awaitThat("it is gone", () -> !producer.isAlive());

    assertThat(verifyStored().ids()).hasSize(stored + 1);
    worker(20);
    awaitThat("all are done", () -> holdfast.queue("work").stats().done() == stored + 1);
    List<String> expected =
        IntStream.concat(IntStream.range(0, stored), IntStream.of(ProducerMain.JOBS))
            .mapToObj(number -> "END " + number + " lost=false")
            .toList();
    assertThat(history.lines().stream().filter(line -> line.startsWith("END ")))
        .containsExactlyInAnyOrderElementsOf(expected);
    verifyStored();
    observed.figure(stored + " of " + ProducerMain.JOBS + " stored, each ran once");
  }
}
