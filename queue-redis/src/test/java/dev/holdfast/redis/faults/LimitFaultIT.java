package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.JobQueue;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueStats;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.redis.Report;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkHandler;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.RespClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of what holds a limit's place, and goes. */
@Isolated("measures recovery")
class LimitFaultIT extends FaultRig {
  private static final String QUEUE_KEYS = NAMESPACE + ":{work}:";

  /** L = 1 s and what belongs to it. */
  private static final String[] SHORT = {
    "lease=PT1S",
    "extendPeriod=PT0.3S",
    "reapPeriod=PT0.25S",
    "reapJitter=PT0.05S",
    "blockTime=PT0.25S",
    "reconnectCap=PT0.125S"
  };

  private static final int EACH_KEY = 2;
  private static final int REPORTS = 3;

  /** As many as all limits together let run at once. */
  private static final int CELLS = 24;

  /** The limit keys of the jobs that a watch has seen, or will. */
  private final Map<JobId, String> keys = new HashMap<>();

  private JobQueue queue() {
    return holdfast.queue("work");
  }

  private LimitWatch watch() {
    return closing(LimitWatch.start(queue(), redis.connect(), QUEUE_KEYS));
  }

  private static EnqueueOptions of(String key) {
    return EnqueueOptions.defaults().limitKey(key);
  }

  private JobId enqueue(int number, String mode, String key) {
    JobId id = holdfast.enqueue(new Work(number, mode), of(key)).id();
    keys.put(id, key);
    return id;
  }

  private void awaitDone(long jobs) {
    awaitThat("all have ended", () -> queue().stats().done() == jobs);
  }

  /** Nothing waits, runs or has died, and no place is held. */
  private void verifyAllRan(long jobs) {
    QueueStats stats = queue().stats();
    assertThat(stats.done()).isEqualTo(jobs);
    assertThat(List.of(stats.ready(), stats.scheduled(), stats.parked(), stats.active()))
        .containsOnly(0L);
    assertThat(stats.dead()).isZero();
    try (RespClient raw = redis.connect()) {
      for (String key : List.of("holders", "parked", "seats")) {
        assertThat(raw.command("EXISTS", QUEUE_KEYS + key)).as(key).hasToString("0");
      }
    }
    verifyStored();
  }

  /** Numbers of the jobs of an event, in the order in which it happened. */
  private List<Integer> numbers(String event) {
    return history.lines().stream()
        .filter(line -> line.startsWith(event + " "))
        .map(line -> Integer.parseInt(line.split(" ")[1]))
        .toList();
  }

  /**
   * Every cell has a key and a type, so that one hanging job a cell fills all limits to the brim;
   * what the dead leave is taken by others meanwhile.
   */
  private final class Cells {
    private final Map<Integer, Integer> cellOf = new HashMap<>();
    private final Set<Integer> hanging = new TreeSet<>();
    private int last;

    private void enqueueIn(int cell, String mode) {
      Work work = new Work(++last, mode);
      boolean report = cell < REPORTS;
      String key = "key" + cell / EACH_KEY;
      keys.put(holdfast.enqueue(report ? new Report(work) : work, of(key)).id(), key);
      if (mode.equals("hang-once")) {
        cellOf.put(last, cell);
        hanging.add(last);
      }
    }

    /** One that hangs in each, and two more that press on the limits. */
    private void fill(Collection<Integer> cells) {
      cells.forEach(cell -> enqueueIn(cell, "hang-once"));
      for (int more = 0; more < 2; more++) {
        cells.forEach(cell -> enqueueIn(cell, "busy"));
      }
    }

    private void awaitAllHang() {
      awaitThat(
          "all cells are full",
          () -> {
            Set<Integer> begun = new HashSet<>(numbers("BEGIN"));
            return begun.containsAll(hanging);
          });
      assertThat(hanging).hasSize(CELLS);
    }

    private List<Integer> heldBy(WorkerProcess worker) {
      String pid = " pid=" + worker.pid() + " ";
      return history.lines().stream()
          .filter(line -> line.startsWith("BEGIN ") && line.contains(pid))
          .map(line -> Integer.parseInt(line.split(" ")[1]))
          .filter(hanging::contains)
          .toList();
    }

    /** Kills a process with all it holds, and gives the cells that were its. */
    private List<Integer> kill(WorkerProcess worker) {
      List<Integer> held = heldBy(worker);
      worker.signal("KILL");
      hanging.removeAll(held);
      return held.stream().map(cellOf::get).toList();
    }
  }

  @Fault(
      row = 63,
      what = "SIGKILL of processes that hold all places of a queue, a type and each key, 100 jobs",
      must =
          "no limit is ever passed; a place is held by an active job and by nobody else, at any"
              + " instant; all jobs run; in the end none holds a place")
  void limits_keep_their_bound_while_a_hundred_holders_are_killed(Observed observed) {
    queue().limit(LimitScope.queue(), Limit.concurrency(CELLS));
    queue().limit(LimitScope.eachKey(), Limit.concurrency(EACH_KEY));
    queue().limit(LimitScope.type("test.report"), Limit.concurrency(REPORTS));
    LimitWatch watch = watch();
    List<WorkerProcess> workers = new ArrayList<>(workers(3, CELLS, SHORT));
    Cells cells = new Cells();
    cells.fill(IntStream.range(0, CELLS).boxed().toList());
    int killed = 0;
    while (killed < 100 - CELLS) {
      cells.awaitAllHang();
      WorkerProcess holder =
          workers.stream()
              .max(Comparator.comparingInt(each -> cells.heldBy(each).size()))
              .orElseThrow();
      workers.set(workers.indexOf(holder), starting(redis.uri(), CELLS, SHORT));
      List<Integer> freed = cells.kill(holder);
      killed += freed.size();
      cells.fill(freed);
    }
    cells.awaitAllHang();
    worker(CELLS, SHORT);
    for (WorkerProcess each : workers) {
      killed += cells.kill(each).size();
    }
    awaitDone(cells.last);
    watch.close();

    assertThat(killed).isGreaterThanOrEqualTo(100);
    watch.verifyPlaces();
    Map<String, Long> most = watch.most(keys);
    assertThat(most).containsEntry("queue", (long) CELLS);
    assertThat(most).containsEntry("type test.report", (long) REPORTS);
    for (int key = 0; key < CELLS / EACH_KEY; key++) {
      assertThat(most).containsEntry("key key" + key, (long) EACH_KEY);
    }
    assertThat(new HashSet<>(numbers("END"))).hasSize(cells.last);
    verifyAllRan(cells.last);
    observed.figure(
        killed + " holders killed, " + cells.last + " jobs ran, " + watch.samples() + " looks");
  }

  @Fault(
      row = 64,
      what = "SIGSTOP of a process that holds all places of a key, past its lease, then SIGCONT",
      must =
          "others of the key run within L+R+J+B; the late outcomes are refused and free no"
              + " second place")
  void late_outcomes_of_a_stopped_holder_free_no_second_place(Observed observed) {
    queue().limit(LimitScope.eachKey(), Limit.concurrency(EACH_KEY));
    LimitWatch watch = watch();
    WorkerProcess first = worker(8);
    for (int number = 1; number <= 2; number++) {
      enqueue(number, "gates", "a");
      awaitEvent("BEGIN", number, 1);
    }
    WorkerProcess second = worker(8);
    for (int number = 3; number <= 6; number++) {
      enqueue(number, "gate", "a");
    }
    assertThat(queue().stats().parked()).isEqualTo(4);

    first.signal("STOP");
    recovers(observed, "two of the key begin", () -> count("BEGIN", second) == 2);
    awaitThat("the others are parked", () -> queue().stats().ready() == 0);
    Set<JobId> active = activeJobs();
    assertThat(active).hasSize(2);
    first.signal("CONT");
    history.openGate(1);
    history.openGate(2);
    awaitThat("the first is answered", () -> answered(first, "refused") == 2);

    QueueStats stats = queue().stats();
    assertThat(List.of(stats.ready(), stats.parked(), stats.active())).containsExactly(0L, 4L, 2L);
    assertThat(activeJobs()).isEqualTo(active);
    assertThat(history.count("BEGIN")).isEqualTo(4);
    IntStream.of(3, 4, 5, 6, 1_001, 1_002).forEach(history::openGate);
    awaitDone(6);
    watch.close();

    watch.verifyPlaces();
    assertThat(watch.most(keys)).containsEntry("key a", 2L);
    verifyAllRan(6);
    observed.figure(watch.samples() + " looks");
  }

  private Set<JobId> activeJobs() {
    return queue().jobs(JobState.ACTIVE, null, 200).items().stream()
        .map(JobStatus::id)
        .collect(Collectors.toSet());
  }

  @Fault(
      row = 65,
      what = "SIGKILL of the holder of an ordered key, twice, and a failure",
      must =
          "jobs of the key begin and succeed in the order of their enqueue, whatever their"
              + " priority; the key waits for the one that comes back within L+R+J+B, others do"
              + " not")
  void an_ordered_key_keeps_its_order_through_kills_of_its_holder(Observed observed) {
    queue().limit(LimitScope.key("a"), Limit.inOrder());
    List<WorkerProcess> workers = new ArrayList<>(workers(2, 4));
    Map<Integer, String> modes = Map.of(3, "hang-once", 5, "error", 7, "hang-once");
    for (int number = 1; number <= 10; number++) {
      Priority priority = number % 2 == 0 ? Priority.HIGH : Priority.LOW;
      String mode = modes.getOrDefault(number, "ok");
      holdfast.enqueue(new Work(number, mode), of("a").priority(priority));
    }
    for (int number : List.of(3, 7)) {
      WorkerProcess holder = holder(number, workers);
      enqueue(100 + number, "ok", "b");
      awaitEvent("END", 100 + number, 1);
      workers.set(workers.indexOf(holder), worker(4));
      holder.signal("KILL");
      recovers(observed, "it begins again", () -> history.count("BEGIN", number) == 2);
    }
    awaitDone(12);

    assertThat(numbers("END").stream().filter(number -> number < 100))
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    assertThat(numbers("BEGIN").stream().filter(number -> number < 100))
        .containsExactly(1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9, 10);
    verifyAllRan(12);
  }

  @Fault(
      row = 66,
      what = "SIGKILL of the process that runs a singleton, twice; two others wait",
      must = "never two at once; the next begins within L+R+J+B")
  void a_singleton_of_three_processes_is_never_active_twice(Observed observed) {
    List<WorkerProcess> workers = new ArrayList<>(workers(3, 4, "globalConcurrency=1"));
    LimitWatch watch = watch();
    queue().limit(LimitScope.eachKey(), Limit.concurrency(100));
    int jobs = 40;
    Set<Integer> hang = Set.of(10, 20);
    for (int number = 1; number <= jobs; number++) {
      enqueue(number, hang.contains(number) ? "hang-once" : "busy", "a");
    }
    for (int number : new TreeSet<>(hang)) {
      WorkerProcess holder = holder(number, workers);
      long begun = history.count("BEGIN");
      workers.remove(holder);
      holder.signal("KILL");
      recovers(observed, "the next begins", () -> history.count("BEGIN") > begun);
    }
    awaitDone(jobs);
    watch.close();

    watch.verifyPlaces();
    assertThat(watch.most(keys)).containsEntry("type test.work", 1L);
    verifyOneAtATime(hang);
    verifyAllRan(jobs);
    observed.figure(watch.samples() + " looks");
  }

  /** Each ends before the next begins; only the first runs of those that were killed do not. */
  private void verifyOneAtATime(Set<Integer> killed) {
    Set<Integer> open = new HashSet<>();
    Set<Integer> gone = new HashSet<>();
    for (String line : history.lines()) {
      String[] words = line.split(" ");
      int number = Integer.parseInt(words[1]);
      if (words[0].equals("BEGIN")) {
        assertThat(open).as("runs while " + number + " begins").isEmpty();
        if (!killed.contains(number) || !gone.add(number)) {
          open.add(number);
        }
      } else if (words[0].equals("END")) {
        open.remove(number);
      }
    }
  }

  @Fault(
      row = 67,
      what = "SIGKILL of the process whose handler made its key back off",
      must =
          "in another process none of the key begins before it is over, and then that job first,"
              + " within 2 B; jobs of other keys run meanwhile")
  void a_back_off_holds_in_another_process_and_outlives_its_own(Observed observed) {
    List<WorkerProcess> workers = workers(2, 1);
    JobId first = enqueue(1, "back-off", "api");
    WorkerProcess holder = holder(1, workers);
    long began = nanoOfBegin(1, 0);
    awaitState(first, JobState.PARKED);
    holder.signal("KILL");
    for (int number = 2; number <= 5; number++) {
      enqueue(number, "ok", "api");
    }
    enqueue(9, "ok", "other");
    awaitEvent("END", 9, 1);
    awaitDone(6);

    assertThat(numbers("BEGIN")).startsWith(1, 9, 1);
    Duration after = Duration.ofNanos(nanoOfBegin(1, 1) - began);
    // The back-off begins when Redis has it, which is later; a millisecond is for its rounding.
    assertThat(after).isGreaterThanOrEqualTo(WorkHandler.BACK_OFF.minusMillis(1));
    observed.took(after, WorkHandler.BACK_OFF.plus(BLOCK.multipliedBy(2)), "the key goes on");
    assertThat(status(first).counters().failures()).isZero();
    verifyAllRan(6);
  }

  /** The instant a job's handler was called, for the first time if {@code skip} is 0. */
  private long nanoOfBegin(int number, int skip) {
    String line =
        history.lines().stream()
            .filter(each -> each.startsWith("BEGIN " + number + " "))
            .skip(skip)
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.substring(line.indexOf("nano=") + "nano=".length()));
  }
}
