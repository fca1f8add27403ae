package dev.holdfast.worker;

import dev.holdfast.event.Subscribes;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.JobType;
import dev.holdfast.job.Naming;
import org.jspecify.annotations.Nullable;

/**
 * What a handler is bound to: the {@code JobType} of its payload class; if that has none, as an
 * event's class has not, what its own {@code Subscribes} says.
 *
 * @param type the job type
 * @param queue the queue of that type
 * @param eventQueue the queue of the jobs that events become for it
 */
record Binding(String type, String queue, String eventQueue) {
  private static final String DEFAULT_QUEUE = "default";

  /** The annotation of a class or its superclasses (a container may have made a subclass). */
  static @Nullable Subscribes subscribes(Class<?> handler) {
    Subscribes annotation = null;
    for (Class<?> c = handler; c != null && annotation == null; c = c.getSuperclass()) {
      annotation = c.getDeclaredAnnotation(Subscribes.class);
    }
    return annotation;
  }

  /**
   * What a handler is bound to.
   *
   * @throws InvalidHandlerException if neither annotation says, or they say different things
   */
  static Binding of(Class<?> handler, Class<?> payload, @Nullable Subscribes subscribes) {
    JobType jobType = payload.getDeclaredAnnotation(JobType.class);
    String as = subscribes == null ? "" : subscribes.as();
    String queue = subscribes == null ? "" : subscribes.queue();
    if (jobType == null && as.isEmpty()) {
      throw new InvalidHandlerException(
          "payload class "
              + payload.getName()
              + " of handler "
              + handler.getName()
              + " has no @JobType; give it its stable name, as in @JobType(\"mail.welcome\")"
              + (subscribes == null ? "" : ", or say it in @Subscribes(as = …) of the handler"));
    }
    if (jobType == null) {
      String own = queue.isEmpty() ? DEFAULT_QUEUE : queue;
      check("@Subscribes of handler " + handler.getName(), as, own);
      return new Binding(as, own, own);
    }
    check("@JobType of payload class " + payload.getName(), jobType.value(), jobType.queue());
    if (!as.isEmpty() && !as.equals(jobType.value())) {
      throw new InvalidHandlerException(
          "@Subscribes(as = \""
              + as
              + "\") of handler "
              + handler.getName()
              + " is another job type than "
              + jobType.value()
              + ", which its payload class "
              + payload.getName()
              + " has; leave it out");
    }
    String own = queue.isEmpty() ? jobType.queue() : queue;
    check("@Subscribes of handler " + handler.getName(), jobType.value(), own);
    return new Binding(jobType.value(), jobType.queue(), own);
  }

  private static void check(String annotation, String type, String queue) {
    try {
      Naming.type(type);
      Naming.queue(queue);
    } catch (HoldfastException e) {
      throw new InvalidHandlerException(annotation + ": " + e.getMessage(), e);
    }
  }
}
