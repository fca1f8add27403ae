package dev.holdfast.redis;

import static dev.holdfast.redis.ModelOp.*;

import dev.holdfast.job.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What the clients of the model check do: programs by hand that meet at one spot each, and drawn
 * ones.
 */
final class ModelPrograms {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration NONE = Duration.ZERO;

  private ModelPrograms() {}

  /**
   * Programs whose interleavings are all tried.
   *
   * @param name what they are about
   * @param setup what is done before the first of them begins
   * @param programs one a client
   */
  record Scenario(String name, List<ModelOp> setup, List<List<ModelOp>> programs) {
    @Override
    public String toString() {
      return name;
    }

    /** Every operation in it. */
    Stream<ModelOp> operations() {
      return Stream.concat(setup.stream(), programs.stream().flatMap(List::stream));
    }
  }

  private static Scenario scenario(String name, List<ModelOp> setup, List<List<ModelOp>> programs) {
    return new Scenario(name, setup, programs);
  }

  /** Two clients, six operations each. */
  static List<Scenario> ofTwo() {
    return List.of(
        scenario(
            "a lease ends and its worker does not know",
            List.of(enqueue(1), enqueue(2)),
            List.of(
                List.of(claim(2), extend(), ack(), note(), fail(SECOND, 0), claim(1)),
                List.of(passLease(), reap(), claim(2), note(), tidy("A"), release()))),
        scenario(
            "answers and requests are lost",
            List.of(enqueue(1), enqueue(2), enqueue(3)),
            List.of(
                List.of(
                    claim(2).answerLost(),
                    repeat(),
                    ackAndClaim(1).answerLost(),
                    lateCopy(),
                    repeat(),
                    oldTurn()),
                List.of(claim(1).requestLost(), passLease(), reap(), repeat(), tidy("A"), ack()))),
        scenario(
            "operators act on what workers hold",
            List.of(enqueue(1), enqueue(2, Priority.LOW, SECOND.multipliedBy(2))),
            List.of(
                List.of(claim(1), bury(), claim(1), snooze(SECOND), redrive(1), claim(1)),
                List.of(
                    prioritize(2, Priority.HIGH),
                    cancel(1),
                    reschedule(1, SECOND),
                    pass(SECOND),
                    runNow(2),
                    delete(1)))),
        scenario(
            "a queue is paused, purged and filled again",
            List.of(enqueue(1)),
            List.of(
                List.of(enqueue(2), claim(1), fail(SECOND, 1), leave(), enqueueAgain(2), release()),
                List.of(pause(), pass(SECOND), claim(2), resume(), purge(), enqueueAgain(1)))),
        scenario(
            "a job kills its workers",
            List.of(enqueue(1), enqueue(2)),
            List.of(
                List.of(claim(1), passLease(), reap(), claim(2), ack(), redrive(1)),
                List.of(claim(1), reap(), claim(1), passLease(), cancel(1), reap()))),
        scenario(
            "Redis was away",
            List.of(enqueue(1), enqueue(2, Priority.NORMAL, SECOND)),
            List.of(
                List.of(claim(2), reap(), passOutage(), extend(), ack(), claim(1)),
                List.of(reap(), claim(1), reap(), passLease(), reap(), miss(NONE)))));
  }

  /** Three clients, three operations each. */
  static List<Scenario> ofThree() {
    return List.of(
        scenario(
            "two producers use one idempotency key",
            List.of(enqueue(1)),
            List.of(
                List.of(enqueueKeyed(2), claim(2), ackAll()),
                List.of(enqueueKeyed(3), delete(2), enqueueKeyed(4)),
                List.of(cancel(2), purge(), releaseAll()))),
        scenario(
            "two workers and a reaper",
            List.of(enqueue(1), enqueue(2)),
            List.of(
                List.of(claim(2), ackAndClaim(1), extend()),
                List.of(claim(1), fail(NONE, 1).answerLost(), repeat()),
                List.of(passLease(), reap(), tidy("A")))),
        scenario(
            "two operators and a worker",
            List.of(enqueue(1), enqueue(2, Priority.HIGH, SECOND)),
            List.of(
                List.of(claim(2), bury(), discard()),
                List.of(cancel(1), redrive(1), runNow(2)),
                List.of(prioritize(1, Priority.LOW), purge(), delete(1)))),
        scenario(
            "three workers of one lane",
            List.of(enqueue(1), enqueue(2), enqueue(3)),
            List.of(
                List.of(claim(2), release(), claim(1)),
                List.of(claim(3).answerLost(), passLease(), repeat()),
                List.of(reap(), claim(2), snooze(SECOND)))),
        scenario(
            "a cancel meets a claim that is lost",
            List.of(enqueue(1)),
            List.of(
                List.of(claim(1), note(), ack()),
                List.of(cancel(1), passLease(), reap()),
                List.of(claim(1), extend(), fail(SECOND, 0)))));
  }

  /** What a drawn program is drawn from; jobs 1 to 3 exist, 4 to 9 may be enqueued. */
  private static List<ModelOp> vocabulary(int fresh) {
    List<ModelOp> all = new ArrayList<>();
    for (int job = 1; job <= 3; job++) {
      all.addAll(
          List.of(
              cancel(job),
              redrive(job),
              runNow(job),
              reschedule(job, SECOND),
              prioritize(job, job == 1 ? Priority.HIGH : Priority.LOW),
              enqueueAgain(job)));
    }
    for (int often = 0; often < 3; often++) {
      all.addAll(
          List.of(
              claim(1),
              claim(3),
              ack(),
              ackAndClaim(1),
              fail(NONE, 1),
              claim(2).answerLost(),
              ack().answerLost(),
              repeat(),
              extend(),
              note(),
              reap(),
              passLease()));
    }
    for (String client : List.of("A", "B", "C")) {
      all.add(tidy(client));
    }
    all.addAll(
        List.of(
            enqueue(fresh),
            enqueueKeyed(fresh),
            enqueueKeyed(fresh),
            ackAll(),
            releaseAll(),
            ackAll().answerLost(),
            delete(4),
            cancel(4),
            enqueue(fresh, Priority.LOW, SECOND),
            fail(SECOND, 0),
            claim(1).requestLost(),
            fail(SECOND, 1).requestLost(),
            bury(),
            snooze(SECOND),
            miss(SECOND),
            release(),
            discard(),
            lateCopy(),
            oldTurn(),
            leave(),
            delete(2),
            purge(),
            pause(),
            resume(),
            pass(SECOND),
            passShort(),
            passOutage()));
    return all;
  }

  /** Draws programs of so many operations for three clients; every one can follow every other. */
  static Scenario drawn(Random random, int operations) {
    List<List<ModelOp>> programs = new ArrayList<>();
    int fresh = 4;
    for (int client = 0; client < 3; client++) {
      List<ModelOp> program = new ArrayList<>();
      for (int i = 0; i < operations; i++) {
        List<ModelOp> all = vocabulary(fresh);
        ModelOp op = all.get(random.nextInt(all.size()));
        if (op.enqueuesFresh(fresh)) {
          fresh++;
        }
        program.add(op);
      }
      programs.add(program);
    }
    return new Scenario(
        "drawn", List.of(enqueue(1), enqueue(2), enqueue(3, Priority.LOW, SECOND)), programs);
  }
}
