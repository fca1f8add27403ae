package dev.holdfast;

import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.Intake;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs;
import dev.holdfast.spi.Topics;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** An engine that notes what it is asked, and answers what a test says. */
final class RecordedEngine {
  /** One line a call. */
  final List<String> calls = new ArrayList<>();

  final List<NewJob> jobs = new ArrayList<>();
  final List<Topics.Subscriber> subscribers = new ArrayList<>();
  RuntimeException subscribing;
  Function<NewJob, CompletableFuture<EnqueueReply>> answer =
      job -> CompletableFuture.completedFuture(new EnqueueReply(Verdict.CREATED, null));

  private final Intake intake =
      (queue, all, bound, deadline) -> {
        calls.add("enqueue " + all.size() + " to " + queue.name());
        jobs.addAll(all);
        return all.stream().map(answer).toList();
      };

  private final Topics topics =
      new Topics() {
        @Override
        public void subscribe(String event, Subscriber subscriber) {
          calls.add("subscribe " + subscriber.name() + " to " + event);
          if (subscribing != null) {
            throw subscribing;
          }
        }

        @Override
        public boolean unsubscribe(String event, String name) {
          calls.add("unsubscribe " + name + " from " + event);
          return true;
        }

        @Override
        public List<Subscriber> subscribers(String event) {
          return subscribers;
        }
      };

  private final Runs runs =
      as(
          Runs.class,
          (method, arguments) -> {
            QueueRef queue = (QueueRef) arguments[0];
            calls.add(method + " " + arguments[2] + " in " + queue.name());
            return Runs.Delivery.DELIVERED;
          });

  final Engine engine =
      as(
          Engine.class,
          (method, arguments) ->
              switch (method) {
                case "intake" -> intake;
                case "topics" -> topics;
                case "runs" -> runs;
                default -> null;
              });

  private interface Answer {
    Object to(String method, Object[] arguments);
  }

  private static <T> T as(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> answer.to(method.getName(), arguments)));
  }
}
