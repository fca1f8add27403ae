package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.HeldLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** K1 to K3: locks of real processes that contend, are stopped, and are killed. */
@Isolated("keeps the machine busy with eight processes, and measures times")
class LockProcessIT extends LockFixture {
  // A long run takes 60 s and a count of its own: set these.
  private static final int PROCESSES = Integer.getInteger("holdfast.lock.processes", 8);
  private static final int SECONDS = Integer.getInteger("holdfast.lock.seconds", 5);

  private WorkerProcess process(String mode) {
    WorkerProcess process =
        WorkerProcess.start(
            LockMain.class, history, uri, namespace, "shared", directory.toString(), mode);
    opened.add(process);
    return process;
  }

  private String awaitEvent(String event, WorkerProcess process) {
    await(event)
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(2))
        .failFast("the process has ended", () -> !process.isAlive() && history.count(event) == 0)
        .until(() -> history.count(event) > 0);
    return line(event);
  }

  private String line(String event) {
    return history.lines().stream()
        .filter(line -> line.startsWith(event + " "))
        .findFirst()
        .orElseThrow()
        .substring(event.length() + 3);
  }

  private record Section(long token, long from, long to, String process) {}

  @Test
  void k1_processes_that_contend_never_hold_the_lock_at_the_same_redis_time() throws Exception {
    List<WorkerProcess> processes = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      processes.add(process("contend"));
    }
    await("all are ready")
        .atMost(LONG.multipliedBy(4))
        .until(() -> history.count("READY") == PROCESSES);
    history.openGate(1);
    long began = System.nanoTime();
    await("the time is over")
        .atMost(LONG.plusSeconds(SECONDS))
        .until(() -> since(began).toSeconds() >= SECONDS);
    history.openGate(2);
    for (WorkerProcess process : processes) {
      assertThat(process.awaitExit(30)).as(process.output()).isTrue();
    }

    List<Section> sections = new ArrayList<>();
    for (String line : history.lines()) {
      String[] parts = line.split(" ", -1);
      if (parts[0].equals("SECTION")) {
        assertThat(parts[5]).as("the store accepts each in turn").isEqualTo("true");
        sections.add(
            new Section(
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]),
                Long.parseLong(parts[4]),
                parts[6]));
      }
    }
    sections.sort(Comparator.comparingLong(Section::token));
    assertThat(history.count("END")).isEqualTo(PROCESSES);
    int handOvers = 0;
    for (int i = 1; i < sections.size(); i++) {
      assertThat(sections.get(i).token).isGreaterThan(sections.get(i - 1).token);
      assertThat(sections.get(i).from).isGreaterThanOrEqualTo(sections.get(i - 1).to);
      handOvers += sections.get(i).process.equals(sections.get(i - 1).process) ? 0 : 1;
    }
    System.out.printf(
        "Lock K1: %d sections of %d processes, %d hand-overs, none overlap%n",
        sections.size(), PROCESSES, handOvers);
    assertThat(handOvers).isGreaterThan(PROCESSES);
    assertThat(new FencedFile(directory).counter()).isEqualTo(sections.size());
  }

  @Test
  void k2_a_stopped_holder_is_told_fenced_off_and_frees_nothing_of_the_next() throws Exception {
    WorkerProcess first = process("hold");
    long firstToken = Long.parseLong(awaitEvent("HELD", first));
    FencedFile file = new FencedFile(directory);

    first.signal("STOP");
    long stopped = System.nanoTime();
    HeldLock second = engine.lock("shared", SHORT).lock(LONG);
    Duration waited = since(stopped);
    assertThat(file.write(second.token())).isTrue();
    assertThat(history.count("LOST")).isZero();
    long continued = System.currentTimeMillis();
    first.signal("CONT");
    long lostAt = Long.parseLong(awaitEvent("LOST", first));
    assertThat(first.awaitExit(30)).isTrue();

    report("K2 the next holder after SIGSTOP", waited, LEASE.plus(LONGEST_POLL));
    assertThat(waited).isLessThan(LEASE.plus(LONGEST_POLL).plus(SLACK));
    Duration told = Duration.ofMillis(lostAt - continued);
    report("K2 onLost after SIGCONT", told, Duration.ofMillis(100));
    assertThat(told).isLessThan(SLACK);
    assertThat(second.token()).isGreaterThan(firstToken);
    assertThat(line("WRITE")).isEqualTo("accepted=false held=false");
    assertThat(line("CLOSED")).isEqualTo("freed=false");
    assertThat(second.extendNow()).isTrue();
    assertThat(second.unlock()).isTrue();
  }

  @Test
  void k3_the_lock_of_a_killed_holder_is_free_at_the_end_of_its_lease() {
    WorkerProcess holder = process("hold");
    awaitEvent("HELD", holder);

    holder.signal("KILL");
    long killed = System.nanoTime();
    Duration waited;
    try (HeldLock next = lock(engine.lock("shared", SHORT))) {
      waited = since(killed);
      assertThat(next.isHeld()).isTrue();
    }

    report("K3 the next holder after SIGKILL", waited, LEASE.plus(LONGEST_POLL));
    assertThat(waited).isLessThan(LEASE.plus(LONGEST_POLL).plus(SLACK));
  }
}
