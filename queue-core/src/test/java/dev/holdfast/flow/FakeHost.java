package dev.holdfast.flow;

import dev.holdfast.event.PublishOptions;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.Failure;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobKeys;
import dev.holdfast.json.AttemptJson;
import dev.holdfast.json.JacksonCodec;
import dev.holdfast.json.MailJson;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Codec;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Runs.AppendReply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A worker and an engine as far as one run sees them: an append-only log that is fenced by a flag,
 * and a clock that the test moves. The log behaves as the seam says.
 */
final class FakeHost implements RunHost, Outlet {
  static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  final List<Journal.Entry> entries = new ArrayList<>();
  final List<Journal.Message> messages = new ArrayList<>();
  final List<String> subjects = new ArrayList<>();
  final List<Append> appends = new ArrayList<>();
  final List<String> sent = new ArrayList<>();
  Instant engineNow = START;
  Instant workerNow = START;
  FlowOptions options = FlowOptions.defaults();
  int claims;
  int crashes;
  int unanswered;
  volatile boolean standing = true;
  volatile boolean lost;
  volatile boolean cancelled;
  volatile boolean drained;
  boolean awaitsCancel;
  private final JobId id = new JobId("q", 0, "01J9ZQ4K7MX3V5T8B2N6C1D0EF");
  private final JobKeys keys = new JobKeys(() -> START, new Random(1));

  // ---- leading ----------------------------------------------------------------------------------

  /** What came of one call of the code. */
  record Led(Run run, @Nullable Object result, @Nullable Throwable thrown) {
    boolean suspended() {
      return run.isSuspended(run.steps());
    }
  }

  /** Calls the code as a worker does; a suspension is written, and the clock goes on to its end. */
  Led lead(Code code) {
    claims++;
    Run run = new Run(this, options, new Journal(entries, messages, true), claims, crashes);
    Object result = null;
    Throwable thrown = null;
    try {
      result = code.run((RunMail) run.steps());
    } catch (Throwable t) {
      thrown = t;
    }
    return new Led(run, result, thrown);
  }

  /** Writes what came of a call that waits, and moves the clocks to when it wakes. */
  Outcome.Suspended suspend(Led led) {
    Outcome.Suspended outcome = led.run().suspension(false);
    write(outcome.append());
    Instant wake = outcome.until();
    if (outcome.delay() != null) {
      Instant after = engineNow.plus(outcome.delay());
      wake = wake == null || after.isBefore(wake) ? after : wake;
    }
    if (wake != null && wake.isAfter(engineNow)) {
      workerNow = workerNow.plus(Duration.between(engineNow, wake));
      engineNow = wake;
    }
    return outcome;
  }

  /** Leads and suspends until the code comes to its end. */
  Led toEnd(Code code) {
    for (int i = 0; i < 50; i++) {
      Led led = lead(code);
      if (!led.suspended()) {
        return led;
      }
      suspend(led);
    }
    throw new AssertionError("it does not come to its end");
  }

  /** The code of a flow. */
  @FunctionalInterface
  interface Code {
    @Nullable Object run(RunMail steps) throws Exception;
  }

  void deliver(Mail mail) {
    messages.add(new Journal.Message(mail.id(), engineNow, MailJson.encode(mail)));
  }

  List<String> journal() {
    return entries.stream()
        .map(entry -> new String(entry.bytes(), StandardCharsets.UTF_8).replace('\t', ' '))
        .toList();
  }

  private void write(Append append) {
    for (int i = 0; i < append.entries().size(); i++) {
      int place = append.after() + i;
      byte[] bytes = append.entries().get(i);
      if (place < entries.size()) {
        if (!Arrays.equals(entries.get(place).bytes(), bytes)) {
          throw new AssertionError("other bytes at " + place);
        }
      } else if (place == entries.size()) {
        entries.add(new Journal.Entry(engineNow, bytes));
      } else {
        throw new AssertionError("a gap before " + place);
      }
    }
    subjects.addAll(append.subjects());
  }

  // ---- as the worker ----------------------------------------------------------------------------

  @Override
  public synchronized CompletableFuture<AppendReply> append(Append append) {
    appends.add(append);
    if (!standing) {
      return CompletableFuture.completedFuture(new AppendReply(false, START, 0, false));
    }
    write(append);
    if (unanswered > 0) {
      unanswered--;
      return CompletableFuture.failedFuture(new EngineUnavailableException("no answer"));
    }
    return CompletableFuture.completedFuture(
        new AppendReply(true, engineNow, messages.size(), cancelled));
  }

  @Override
  public JobId id() {
    return id;
  }

  @Override
  public int attempt() {
    return 1;
  }

  @Override
  public Instant enqueuedAt() {
    return START;
  }

  @Override
  public Map<String, String> headers() {
    return Map.of();
  }

  @Override
  public Carried carried() {
    return new Carried(null, null);
  }

  @Override
  public void leaseGone() {
    lost = true;
  }

  @Override
  public boolean leaseLost() {
    return lost;
  }

  @Override
  public boolean cancelRequested() {
    return cancelled;
  }

  @Override
  public boolean drained() {
    return drained;
  }

  @Override
  public boolean timedOut() {
    return false;
  }

  @Override
  public Codec codec() {
    return JacksonCodec.strict();
  }

  @Override
  public Mail mail(byte[] bytes) {
    return MailJson.decode(bytes);
  }

  @Override
  public Failure failure(byte[] attempt) {
    return AttemptJson.decode(attempt).failure();
  }

  @Override
  public boolean cancelsByEvents() {
    return awaitsCancel;
  }

  @Override
  public boolean cancelledBy(Mail.EventCame event) {
    return awaitsCancel && event.type().equals("stop");
  }

  @Override
  public Outlet outlet() {
    return this;
  }

  @Override
  public InstantSource clock() {
    return () -> workerNow;
  }

  @Override
  public RandomGenerator random() {
    return new Random(1);
  }

  @Override
  public void execute(Runnable branch, Consumer<Throwable> refused) {
    Thread thread = new Thread(branch, "branch");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void progress(double fraction, @Nullable String note) {}

  @Override
  public void log(String line) {}

  // ---- as the outlet ----------------------------------------------------------------------------

  @Override
  public JobId newId(Object payload, ChildOptions how) {
    return new JobId("child", 0, keys.next());
  }

  @Override
  public synchronized void enqueue(
      JobId job, Object payload, ChildOptions how, Carried carried, @Nullable JobId parent) {
    sent.add(job.key() + (parent == null ? "" : " of " + parent.key()));
  }

  @Override
  public synchronized void publish(Object event, PublishOptions how, Carried carried) {
    sent.add(String.valueOf(how.id()));
  }

  @Override
  public void listens(String eventType, String queue) {}
}
