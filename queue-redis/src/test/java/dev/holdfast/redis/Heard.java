package dev.holdfast.redis;

import dev.holdfast.event.Subscribes;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import java.util.List;

/** A subscriber of {@link Signal}: writes HEARD, its own number and its job into the history. */
public abstract class Heard implements JobHandler<Signal> {
  /** How many subscribers there are; each has the queue {@code heard<its number>}. */
  public static final int ALL = 6;

  private final History history;
  private final int subscriber;

  private Heard(History history, int subscriber) {
    this.history = history;
    this.subscriber = subscriber;
  }

  static List<Heard> all(History history) {
    return List.of(
        new First(history),
        new Second(history),
        new Third(history),
        new Fourth(history),
        new Fifth(history),
        new Sixth(history));
  }

  @Override
  public void handle(Signal signal, JobContext context) {
    history.add("HEARD", signal.number(), "by=" + subscriber + " id=" + context.id());
  }

  @Subscribes(value = Signal.class, as = "test.heard1", queue = "heard1")
  private static final class First extends Heard {
    First(History history) {
      super(history, 1);
    }
  }

  @Subscribes(value = Signal.class, as = "test.heard2", queue = "heard2")
  private static final class Second extends Heard {
    Second(History history) {
      super(history, 2);
    }
  }

  @Subscribes(value = Signal.class, as = "test.heard3", queue = "heard3")
  private static final class Third extends Heard {
    Third(History history) {
      super(history, 3);
    }
  }

  @Subscribes(value = Signal.class, as = "test.heard4", queue = "heard4")
  private static final class Fourth extends Heard {
    Fourth(History history) {
      super(history, 4);
    }
  }

  @Subscribes(value = Signal.class, as = "test.heard5", queue = "heard5")
  private static final class Fifth extends Heard {
    Fifth(History history) {
      super(history, 5);
    }
  }

  @Subscribes(value = Signal.class, as = "test.heard6", queue = "heard6")
  private static final class Sixth extends Heard {
    Sixth(History history) {
      super(history, 6);
    }
  }
}
