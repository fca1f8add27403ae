package dev.holdfast.examples.orderflow;

import dev.holdfast.examples.orderflow.OrderWorker.Site;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The worker processes: starts them, and kills those that have come to a kill point. */
final class Workers implements AutoCloseable {
  private final Site site;
  private final Consumer<String> tell;
  private final List<ChildJvm> running = new ArrayList<>();
  private final Set<ChildJvm> ready = new HashSet<>();
  private @Nullable ChildJvm stopped;
  private int startedInAll;
  private int refused;

  Workers(Site site, Consumer<String> tell) {
    this.site = site;
    this.tell = tell;
  }

  /** Starts so many; does not wait for them. */
  void start(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      running.add(OrderWorker.start("worker-" + ++startedInAll, site));
    }
  }

  boolean areReady() {
    return ready.containsAll(running);
  }

  /**
   * Kills each that stands at a kill point, or stops it, and starts another one in its place.
   *
   * @throws IOException if one has ended by itself
   */
  void tend() throws IOException, InterruptedException {
    for (ChildJvm worker : List.copyOf(running)) {
      for (String line = worker.said(); line != null; line = worker.said()) {
        if (line.startsWith(KillSwitch.KILL)) {
          // More than one run of it may have come to a kill point.
          if (running.remove(worker)) {
            worker.kill();
            start(1);
          }
          String place = line.substring(KillSwitch.KILL.length());
          tell.accept(worker.name() + " is dead (SIGKILL) at " + place);
        } else if (line.startsWith(KillSwitch.STOP) && running.contains(worker)) {
          stop(worker, line.substring(KillSwitch.STOP.length()));
        } else if (line.startsWith(KillSwitch.REFUSED)) {
          refused++;
          tell.accept(worker.name() + " is refused " + line.substring(KillSwitch.REFUSED.length()));
        } else if (line.startsWith(ChildJvm.READY)) {
          ready.add(worker);
          tell.accept(worker.name() + " runs as process " + worker.pid());
        } else if (line.equals(ChildJvm.ENDED) && running.contains(worker)) {
          throw new IOException(worker.name() + " has ended; its log: " + site.directory());
        }
      }
    }
  }

  private void stop(ChildJvm worker, String place) throws IOException, InterruptedException {
    worker.stop();
    running.remove(worker);
    stopped = worker;
    start(1);
    tell.accept(worker.name() + " is stopped (SIGSTOP) at " + place);
  }

  /** Whether one is stopped. */
  boolean haveStopped() {
    return stopped != null;
  }

  /** Lets the one that is stopped go on. */
  void goOn() throws IOException, InterruptedException {
    ChildJvm worker = stopped;
    if (worker != null) {
      stopped = null;
      running.add(worker);
      worker.goOn();
      tell.accept(worker.name() + " goes on (SIGCONT)");
    }
  }

  /** How many outcomes were refused. */
  int refused() {
    return refused;
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
    if (stopped != null) {
      stopped.abandon(); // it cannot end by itself
    }
    running.forEach(ChildJvm::end); // together, for each takes a moment
    running.forEach(ChildJvm::close);
  }
}
