package dev.holdfast.examples.trialexpiration;

import dev.holdfast.examples.trialexpiration.TrialWorker.Site;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The worker processes: starts them, and kills those that have come to a kill point. With {@code
 * --crash} some stand by whose JVM is up and who do nothing: else the run would be spent with the
 * start of JVMs.
 */
final class Workers implements AutoCloseable {
  private static final int STANDBY = 2;

  private final Site site;
  private final Consumer<String> tell;
  private final List<ChildJvm> running = new ArrayList<>();
  private final Deque<ChildJvm> standby = new ArrayDeque<>();
  private final Set<ChildJvm> ready = new HashSet<>();
  private int startedInAll;

  Workers(Site site, Consumer<String> tell) {
    this.site = site;
    this.tell = tell;
  }

  /** Starts so many; does not wait for them. */
  void start(int count) throws IOException {
    while (standby.size() < count + (site.crash() ? STANDBY : 0)) {
      standby.add(TrialWorker.start("worker-" + ++startedInAll, site));
    }
    for (int i = 0; i < count; i++) {
      ChildJvm worker = standby.remove();
      worker.nudge();
      running.add(worker);
    }
  }

  boolean areReady() {
    return ready.containsAll(running);
  }

  /**
   * Kills each that stands at a kill point, and starts another one in its place.
   *
   * @throws IOException if one has ended by itself
   */
  void tend() throws IOException, InterruptedException {
    for (ChildJvm worker : List.copyOf(running)) {
      for (String line = worker.said(); line != null; line = worker.said()) {
        if (line.startsWith(KillSwitch.AT)) {
          // More than one run of it may have come to a kill point.
          if (running.remove(worker)) {
            worker.kill();
            start(1);
          }
          tell.accept(worker.name() + " is dead (SIGKILL) " + line);
        } else if (line.equals(ChildJvm.READY)) {
          ready.add(worker);
          tell.accept(worker.name() + " runs as process " + worker.pid());
        } else if (line.equals(ChildJvm.ENDED) && running.contains(worker)) {
          throw new IOException(worker.name() + " has ended; its log: " + site.directory());
        }
      }
    }
  }

  /** Kills all. Returns how many. */
  int killAll(String when) throws InterruptedException {
    int count = running.size();
    for (ChildJvm worker : running) {
      worker.kill();
    }
    running.clear();
    tell.accept("all workers are dead (SIGKILL) " + when);
    return count;
  }

  @Override
  public void close() {
    running.addAll(standby);
    running.forEach(ChildJvm::end); // together, for each takes a moment
    running.forEach(ChildJvm::close);
  }
}
