package dev.holdfast.redis.faults;

import static dev.holdfast.redis.ScriptNames.calls;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Enqueued;
import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.testkit.redis.ProxyFault;
import dev.holdfast.testkit.redis.ProxyRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.parallel.Isolated;

/** Row 24: replies in pieces, cut off, or mixed with what nobody asked for. */
@Isolated("measures recovery")
class BrokenStreamFaultIT extends NetworkRig {
  // Not among them: a reply that Redis could have given. Nobody can tell that it is not the one.
  private static final List<Function<ProxyRule, ProxyFault>> HARMS =
      List.of(
          rule -> rule.truncateReply(0),
          rule -> rule.truncateReply(1),
          rule -> rule.truncateReply(6),
          rule -> rule.truncateReply(25),
          rule -> rule.inject("+OK\r\n"),
          rule -> rule.inject(":7\r\n"),
          rule -> rule.inject("$-1\r\n"),
          rule -> rule.inject("*0\r\n"),
          rule -> rule.inject("*1\r\n$1\r\nx\r\n"),
          rule -> rule.inject("\u0001\u0002garbage\r\n"),
          rule -> rule.replaceReply("+OK\r\n"),
          rule -> rule.replaceReply("$99\r\nshort\r\n"),
          rule -> rule.replaceReply("\u0001\u0002garbage"));

  @Fault(row = 24, what = "everything passes byte by byte", must = "works: every job runs once")
  void bytes_that_come_one_by_one_are_put_together(Observed observed) {
    Holdfast producer = connect(proxy.uri());
    remoteWorker(4);
    proxy.chunk(1);
    for (int n = 1; n <= 40; n++) {
      producer.enqueue(new Work(n, "ok"));
    }
    awaitThat("all are done", () -> done() == 40);
    assertThat(history.count("BEGIN")).isEqualTo(40);
    observed.figure("40 of 40 jobs ran once");
  }

  @Fault(
      row = 24,
      what = "replies to reads cut, replaced, or with others before them",
      must = "the read fails, the connection is discarded; no reply is taken for another's")
  void no_reply_is_taken_for_that_of_another_command(Observed observed) {
    Holdfast reader = connect(proxy.uri());
    List<JobId> ids = new ArrayList<>();
    for (int n = 0; n < 6; n++) {
      Work work = new Work(n, "ok");
      EnqueueOptions later = EnqueueOptions.in(Duration.ofHours(1));
      ids.add((n % 2 == 0 ? holdfast.enqueue(work) : holdfast.enqueue(work, later)).id());
    }
    int failed = 0;
    for (Function<ProxyRule, ProxyFault> harm : HARMS) {
      ProxyFault done = harm.apply(proxy.on(calls("find")));
      int failedNow = 0;
      for (int n = 0; n < ids.size(); n++) {
        try {
          assertThat(reader.status(ids.get(n)).orElseThrow().state())
              .as("job %d after %s", n, done)
              .isEqualTo(n % 2 == 0 ? JobState.READY : JobState.SCHEDULED);
        } catch (HoldfastException noAnswer) {
          failedNow++;
        }
      }
      done.await(LONG);
      observed.recoversWithin(
          RECONNECT, "reads are answered after " + done, () -> isRead(reader, ids.get(0)));
      assertThat(failedNow).as("reads that failed after %s", done).isPositive();
      failed += failedNow;
    }
    observed.figure(HARMS.size() + " harms, " + failed + " reads failed, none was wrong");
  }

  private static boolean isRead(Holdfast reader, JobId id) {
    try {
      return reader.status(id).isPresent();
    } catch (HoldfastException noAnswer) {
      return false;
    }
  }

  @Fault(
      row = 24,
      what = "replies to claims cut, replaced, or with others before them",
      must = "the turn is repeated over another connection within T+C; every job runs once")
  void jobs_run_once_though_replies_to_claims_are_broken(Observed observed) {
    remoteWorker(2);
    int number = 0;
    for (Function<ProxyRule, ProxyFault> harm : HARMS) {
      number++;
      int job = number;
      ProxyFault done = harm.apply(onClaimOf(number));
      enqueue(number, "ok");
      done.await(LONG);
      observed.recoversWithin(
          COMMAND.plus(RECONNECT), "job " + number + " begins after " + done, () -> began(job, 1));
    }
    awaitThat("all are done", () -> done() == HARMS.size());
    assertThat(history.count("BEGIN")).isEqualTo(HARMS.size());
    assertThat(history.count("REAPED")).isZero();
    verifyStored();
  }

  @Fault(
      row = 24,
      what = "replies to turns broken while enqueues wait for theirs on the same connection",
      must = "each enqueue is answered with its own reply or said to be unknown; jobs run once")
  void replies_behind_a_broken_one_are_not_taken_for_others(Observed observed) throws Exception {
    Holdfast both = connect(proxy.uri());
    Queue<Integer> ran = new ConcurrentLinkedQueue<>();
    Set<Integer> created = new HashSet<>();
    Set<Integer> unknown = new HashSet<>();
    try (Worker worker =
        Worker.on(both)
            .handler(Work.class, (work, context) -> ran.add(work.number()))
            .queue("work", 4)
            .options(WorkerMain.shortLeases().build())
            .start()) {
      int number = 0;
      for (Function<ProxyRule, ProxyFault> harm : HARMS) {
        ProxyFault done = harm.apply(proxy.on(calls("turn")).skip(2));
        while (done.count() == 0) {
          // Turns of the worker go over the connection meanwhile.
          Map<Integer, CompletableFuture<Enqueued>> sent = new TreeMap<>();
          for (int n = 0; n < 10; n++) {
            number++;
            sent.put(number, both.enqueueAsync(new Work(number, "ok")));
          }
          sent.forEach((n, answer) -> (isCreated(answer) ? created : unknown).add(n));
        }
      }
      awaitThat("all that is known of has run", () -> ran.containsAll(created));
    }
    assertThat(ran).doesNotHaveDuplicates();
    Set<Integer> all = new HashSet<>(created);
    all.addAll(unknown);
    assertThat(all).containsAll(ran);
    observed.figure(created.size() + " created, " + unknown.size() + " unknown");
    verifyStored();
  }

  private static boolean isCreated(CompletableFuture<Enqueued> answer) {
    try {
      Enqueued enqueued = answer.get(10, TimeUnit.SECONDS);
      assertThat(enqueued.created()).isTrue();
      return true;
    } catch (ExecutionException e) {
      assertThat(e.getCause())
          .isInstanceOfAny(OutcomeUnknownException.class, EngineUnavailableException.class);
      return false;
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("an enqueue has no end", e);
    }
  }
}
