package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.Events;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.Heard;
import dev.holdfast.redis.PublisherMain;
import dev.holdfast.redis.ScriptNames;
import dev.holdfast.redis.Signal;
import dev.holdfast.redis.Wish;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.ProxyFault;
import dev.holdfast.testkit.redis.RedisProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of events on their way to subscribers and runs. */
@Isolated("measures recovery")
class EventFaultIT extends FlowRig {
  private static final String HEARD_QUEUES =
      IntStream.rangeClosed(1, Heard.ALL)
          .mapToObj(number -> "heard" + number + "=2")
          .collect(Collectors.joining(","));

  private static final int RUNS = 500;

  private WorkerProcess hearing(String uri) {
    return awaitReady(startingFlows(uri, HEARD_QUEUES));
  }

  private void awaitSubscribed() {
    awaitThat(
        "all have subscribed",
        () -> holdfast.events().subscribers(Signal.class).size() == Heard.ALL);
  }

  private static int numberOfJobs(String line) {
    return Integer.parseInt(line.split(" ")[1]);
  }

  /** Who heard of a signal, and by how many jobs. */
  private Map<String, Integer> jobsOf(int number) {
    Map<String, TreeSet<String>> jobs = new TreeMap<>();
    for (String line : history.lines()) {
      if (line.startsWith("HEARD ") && numberOfJobs(line) == number) {
        String[] words = line.split(" ");
        jobs.computeIfAbsent(words[2], by -> new TreeSet<>()).add(words[3]);
      }
    }
    Map<String, Integer> counts = new TreeMap<>();
    jobs.forEach((by, ids) -> counts.put(by, ids.size()));
    return counts;
  }

  private long jobsInHeardQueues() {
    return IntStream.rangeClosed(1, Heard.ALL)
        .mapToObj(number -> "heard" + number)
        .mapToLong(queue -> open(queue) + holdfast.queue(queue).stats().done())
        .sum();
  }

  private boolean allHandedOn() {
    return open(Events.QUEUE) == 0
        && IntStream.rangeClosed(1, Heard.ALL).allMatch(number -> open("heard" + number) == 0);
  }

  private void verifyHeardOnce(int... numbers) {
    awaitThat("all is handed on", this::allHandedOn);
    Map<String, Integer> once =
        IntStream.rangeClosed(1, Heard.ALL)
            .boxed()
            .collect(Collectors.toMap(number -> "by=" + number, number -> 1));
    for (int number : numbers) {
      assertThat(jobsOf(number)).as("jobs of signal " + number).isEqualTo(once);
    }
    assertThat(jobsInHeardQueues()).isEqualTo((long) Heard.ALL * numbers.length);
  }

  @Fault(
      row = 70,
      what =
          "SIGKILL of publishers, one before its publish arrives and one before it is answered;"
              + " another process publishes under the same ids",
      must = "one job for each subscriber and event, however often it is published")
  void an_event_whose_publisher_was_killed_is_heard_of_once() throws InterruptedException {
    hearing(redis.uri());
    awaitSubscribed();
    RedisProxy lost = proxy();
    RedisProxy unanswered = proxy();
    ProxyFault publish = lost.on(ScriptNames.calls("enqueue")).holdCommand();
    ProxyFault answer = unanswered.on(ScriptNames.calls("enqueue")).holdReply();
    List<WorkerProcess> killed =
        List.of(publisher(lost.uri(), "1-1@0"), publisher(unanswered.uri(), "2-2@0"));
    publish.await(LONG);
    answer.await(LONG);
    killed.forEach(each -> each.signal("KILL"));
    assertThat(history.count("PUBLISHES")).isEqualTo(2);
    assertThat(history.count("PUBLISHED")).isZero();

    WorkerProcess again = publisher(redis.uri(), "1-2@0");
    assertThat(again.awaitExit(LONG.toSeconds())).as(again.output()).isTrue();

    assertThat(history.lines()).contains("PUBLISHED 1 created=true", "PUBLISHED 2 created=false");
    verifyHeardOnce(1, 2);
    WorkerProcess late = publisher(redis.uri(), "1-2@0");
    assertThat(late.awaitExit(LONG.toSeconds())).as(late.output()).isTrue();
    assertThat(history.lines()).contains("PUBLISHED 1 created=false");
    verifyHeardOnce(1, 2);
  }

  @Fault(
      row = 70,
      what = "SIGKILL of the worker that hands an event on, half-way through its six subscribers",
      must = "one job for each subscriber; the rest have theirs within L+R+J+B")
  void an_event_that_was_handed_on_half_way_is_heard_of_once(Observed observed) {
    RedisProxy proxy = proxy();
    WorkerProcess killed = hearing(proxy.uri());
    WorkerProcess other = hearing(redis.uri());
    awaitSubscribed();
    // It stands still while the event is claimed, so that not it claims.
    other.signal("STOP");
    ProxyFault fourth = proxy.on(ScriptNames.calls("enqueue")).skip(3).always().holdCommand();
    signal(1);
    fourth.await(LONG);
    assertThat(jobsInHeardQueues()).isEqualTo(3);

    killed.signal("KILL");
    long start = System.nanoTime();
    other.signal("CONT");
    recovers(observed, start, "all have their jobs", () -> jobsInHeardQueues() >= Heard.ALL);
    verifyHeardOnce(1);
  }

  @Fault(
      row = 71,
      what =
          "500 runs, and another process that publishes what they wait for before, while and"
              + " after they begin to wait",
      must = "each run hears its event, once; none waits in vain")
  void no_run_misses_its_event(Observed observed) {
    int third = RUNS / 3;
    WorkerProcess first = flowWorker();
    WorkerProcess second = flowWorker();
    WorkerProcess publisher =
        publisher(
            redis.uri(),
            "1-" + third + "@1",
            (third + 1) + "-" + 2 * third + "@2",
            (2 * third + 1) + "-" + RUNS + "@3");
    holdfast.queue("work").pause();
    List<JobId> ids = new ArrayList<>(wish(1, 2 * third));
    history.openGate(1);
    awaitThat("the first are published", () -> history.count("PUBLISHED") >= third);
    awaitThat("and have arrived", () -> open(Events.QUEUE) == 0);
    history.openGate(2);
    holdfast.queue("work").resume();
    ids.addAll(wish(2 * third + 1, RUNS));
    awaitThat(
        "the last wait",
        () -> ids.subList(2 * third, RUNS).stream().allMatch(id -> is(id, JobState.WAITING)));
    history.openGate(3);

    awaitThat("all have ended", () -> holdfast.queue("work").stats().done() == RUNS);
    for (int number = 1; number <= RUNS; number++) {
      assertThat(holdfast.result(ids.get(number - 1), String.class))
          .contains(PublisherMain.text(number));
    }
    assertThat(holdfast.queue("work").stats().dead()).isZero();
    assertThat(ids).allSatisfy(id -> assertThat(run(id).messages()).isEqualTo(1));
    long races = ids.subList(third, 2 * third).stream().filter(this::wasFound).count();
    observed.figure(
        "of the "
            + third
            + " in the middle "
            + races
            + " found theirs there, the others were woken");
    assertThat(first.isAlive() && second.isAlive() && publisher != null).isTrue();
    verifyStored();
  }

  private List<JobId> wish(int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(number -> holdfast.enqueue(new Wish(number)).id())
        .toList();
  }

  /** A run that was woken was claimed once more. */
  private boolean wasFound(JobId id) {
    return status(id).counters().claims() == 1;
  }
}
