package dev.holdfast.redis;

import dev.holdfast.Holdfast;
import dev.holdfast.event.Events;
import dev.holdfast.event.PublishOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishes signals in a process of its own, each under the id {@code signal-<number>}, and writes
 * PUBLISHES before and PUBLISHED after each into the history.
 */
public final class PublisherMain {
  private static final long LOOK = Duration.ofMillis(2).toNanos();

  private PublisherMain() {}

  /** What a signal says. */
  public static String text(int number) {
    return "signal " + number;
  }

  /**
   * Arguments: uri, namespace, directory of the history, and any number of {@code
   * <from>-<to>@<gate>}: those numbers, shuffled, once the gate is open; gate 0 always is.
   */
  public static void main(String[] args) {
    History history = new History(Path.of(args[2]));
    try (Holdfast holdfast =
        Holdfast.on(RedisEngine.connect(WorkerMain.options(args[0], args[1])))) {
      for (int i = 3; i < args.length; i++) {
        String[] parts = args[i].split("[-@]", 3);
        awaitGate(history, Integer.parseInt(parts[2]));
        List<Integer> numbers = new ArrayList<>();
        for (int n = Integer.parseInt(parts[0]); n <= Integer.parseInt(parts[1]); n++) {
          numbers.add(n);
        }
        Collections.shuffle(numbers, new Random(numbers.size()));
        numbers.forEach(number -> publish(holdfast.events(), history, number));
      }
    }
    history.add("PUBLISHER", 0, "ends");
  }

  private static void publish(Events events, History history, int number) {
    history.add("PUBLISHES", number, "");
    Events.Published published =
        events.publish(new Signal(number, text(number)), PublishOptions.id("signal-" + number));
    history.add("PUBLISHED", number, "created=" + published.created());
  }

  private static void awaitGate(History history, int gate) {
    while (gate != 0 && !history.gateIsOpen(gate)) {
      LockSupport.parkNanos(LOOK);
    }
  }
}
