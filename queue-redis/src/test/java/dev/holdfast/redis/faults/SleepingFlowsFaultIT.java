package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Enqueued;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.Sleeper;
import dev.holdfast.testkit.redis.RespClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.parallel.Isolated;

/** The row of many runs that wake at one instant. */
@Isolated("counts slow scripts")
class SleepingFlowsFaultIT extends FlowRig {
  private static final int RUNS = 10_000;

  /** Long enough for all to fall asleep. */
  private static final Duration SLEEP = Duration.ofSeconds(isBusy() ? 20 : 8);

  @Fault(
      row = 74,
      what = "10,000 sleeping runs due at one instant",
      must = "none goes on before, all do after it, once; p99 of a script under 5 ms")
  void many_runs_due_at_one_instant(Observed observed) {
    try (RespClient client = redis.connect()) {
      client.command("CONFIG", "SET", "slowlog-log-slower-than", "5000");
      client.command("CONFIG", "SET", "slowlog-max-len", "10000");
      awaitReady(startingFlows(redis.uri(), "work=100", "witness=false"));
      client.command("SLOWLOG", "RESET");
      client.command("CONFIG", "RESETSTAT");
      long due = now() + SLEEP.toMillis();
      List<Sleeper> list = new ArrayList<>();
      for (int number = 0; number < RUNS; number++) {
        list.add(new Sleeper(number, due));
      }
      List<JobId> ids =
          holdfast.enqueueAll(list).stream().map(each -> ((Enqueued) each).id()).toList();
      await("all sleep")
          .atMost(SLEEP)
          .until(() -> holdfast.queue("work").stats().scheduled() == RUNS);
      assertThat(now()).as("the instant, when all sleep").isLessThan(due);
      assertThat(holdfast.queue("work").stats().done()).isZero();
      assertThat(is(ids.get(RUNS - 1), JobState.WAITING)).isTrue();
      observed.figure("asleep " + (due - now()) + " ms before");

      await("all have ended")
          .atMost(LONG.plusSeconds(30))
          .until(() -> holdfast.queue("work").stats().done() == RUNS);
      observed.figure("all ended " + (now() - due) + " ms after");
      long slow = (Long) Objects.requireNonNull(client.command("SLOWLOG", "LEN"));
      long calls =
          client.info("commandstats").entrySet().stream()
              .filter(stat -> stat.getKey().contains("eval"))
              .mapToLong(
                  stat -> Long.parseLong(stat.getValue().replaceAll("calls=(\\d+),.*", "$1")))
              .sum();
      assertThat(slow).isLessThanOrEqualTo(calls / 100);
      observed.figure(slow + " of " + calls + " scripts took 5 ms or more");
      for (int number = 0; number < RUNS; number += 100) {
        JobId id = ids.get(number);
        assertThat(holdfast.result(id, Integer.class)).contains(number);
        assertThat(run(id).step("awake").orElseThrow().at().toEpochMilli())
            .as("when run " + number + " goes on")
            .isGreaterThanOrEqualTo(due);
      }
      assertThat(holdfast.queue("work").stats().dead()).isZero();
    }
  }
}
