package dev.holdfast.redis;

import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.TurnReply;
import dev.holdfast.spi.Upkeep.Gate;
import dev.holdfast.spi.Upkeep.ReapOrder;
import dev.holdfast.spi.Upkeep.ReapReply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One step of one client: the calls it makes, and all the engine said, also where the client does
 * not get to see it.
 */
final class ModelStep {
  static final Duration LEASE = Duration.ofSeconds(4);
  static final Duration PERIOD = Duration.ofSeconds(5);
  static final Duration GRACE = Duration.ofSeconds(6);
  private static final Duration WATCH = Duration.ofSeconds(4);
  private static final int MAX_CRASHES = 3;

  private final Model model;
  private final ModelClient client;
  private final List<ModelClient> all;

  // What the engine said.
  private final List<Settlement> settlements = new ArrayList<>();
  private final List<Settled> settled = new ArrayList<>();
  private final List<Claim> claims = new ArrayList<>();
  private final List<Held> extended = new ArrayList<>();
  private final List<LeaseReply> leaseReplies = new ArrayList<>();
  private final Set<String> created = new HashSet<>();
  private final Set<String> removed = new HashSet<>();
  private final Set<String> redriven = new HashSet<>();
  private @Nullable Turn turn;
  private @Nullable Gate gate;
  private @Nullable Held noted;
  private @Nullable String keyed;
  private boolean stale;
  private boolean upkeep;
  private boolean answered = true;
  private boolean sent = true;
  private boolean wrote;
  private boolean purged;
  private String checkpoint = "";

  ModelStep(Model model, ModelClient client, List<ModelClient> all) {
    this.model = model;
    this.client = client;
    this.all = all;
  }

  ModelClient client() {
    return client;
  }

  // ---- what a client does -----------------------------------------------------------------------

  /** Takes a turn; a client that waits for an answer sends that turn again instead. */
  void turn(int room, @Nullable Outcome outcome) {
    Turn open = client.unanswered();
    if (open != null) {
      answered = true;
      if (sent) {
        send(again(open));
      }
      return;
    }
    Held subject = outcome == null ? null : client.subject();
    List<Settlement> given =
        subject == null || outcome == null ? List.of() : List.of(new Settlement(subject, outcome));
    begin(given, room);
  }

  /** Takes a turn that settles all that the client holds. */
  void settleAll(Outcome outcome) {
    if (client.unanswered() != null) {
      turn(0, null);
    } else {
      begin(client.held().stream().map(held -> new Settlement(held, outcome)).toList(), 0);
    }
  }

  private void begin(List<Settlement> given, int room) {
    Turn next = turn(client.nextNumber(), false, given, room);
    if (sent) {
      send(next);
    }
    if (!sent || !answered) {
      client.waitsFor(next);
    }
  }

  /** The next turn gets no answer. */
  void losesAnswer() {
    answered = false;
  }

  /** The next turn does not arrive. */
  void losesRequest() {
    sent = false;
  }

  /** Sends the turn of the client's last number again, knowing nothing of what it was. */
  void recovers() {
    send(turn(Math.max(1, client.number()), true, List.of(), 0));
  }

  /** A copy of an earlier turn arrives late; nobody hears the answer. */
  void copyArrives(long number) {
    if (number > 0) {
      answered = false;
      send(turn(number, false, List.of(), 2));
    }
  }

  private Turn turn(long number, boolean repeat, List<Settlement> given, int room) {
    return new Turn(
        model.queue(),
        client.consumer(),
        number,
        repeat,
        List.of(),
        given,
        room,
        true,
        LEASE,
        WATCH,
        Retention.STANDARD);
  }

  private Turn again(Turn open) {
    return new Turn(
        open.queue(),
        open.consumer(),
        open.number(),
        true,
        client.heldKeys(),
        open.settlements(),
        open.room(),
        open.suspects(),
        open.lease(),
        open.watchTerm(),
        open.retention());
  }

  private void send(Turn request) {
    TurnReply reply = model.engine().claiming().turn(request);
    turn = request;
    stale = reply.stale();
    if (!stale) {
      settlements.addAll(request.settlements());
      settled.addAll(reply.settled());
    }
    claims.addAll(reply.claims());
    if (answered) {
      client.learns(request, reply);
    }
  }

  void extend() {
    extended.addAll(client.held());
    Held subject = client.subject();
    if (extended.isEmpty() && subject != null) {
      extended.add(subject);
    }
    if (!extended.isEmpty()) {
      leaseReplies.addAll(
          model.engine().claiming().extend(model.queue(), LEASE, List.copyOf(extended)));
    }
    for (int i = 0; i < leaseReplies.size(); i++) {
      LeaseReply reply = leaseReplies.get(i);
      if (reply != LeaseReply.EXTENDED && reply != LeaseReply.CANCEL_REQUESTED) {
        client.drops(extended.get(i));
      }
    }
  }

  /** Writes a checkpoint that says whose it is. */
  void note() {
    noted = client.subject();
    if (noted != null) {
      checkpoint = "at " + noted.token().number();
      byte[] bytes = checkpoint.getBytes(StandardCharsets.UTF_8);
      wrote =
          EngineCalls.await(
              model.engine().claiming().note(model.queue(), noted, new Note(null, bytes, bytes)));
    }
  }

  void leave() {
    model.engine().claiming().leave(model.queue(), client.consumer());
  }

  private ReapOrder order() {
    return new ReapOrder(
        model.queue(), PERIOD, Duration.ZERO, GRACE, LEASE, MAX_CRASHES, Retention.STANDARD);
  }

  ReapReply reap() {
    upkeep = true;
    ReapReply reply = model.engine().upkeep().reap(order());
    gate = reply.gate();
    return reply;
  }

  void tidy(String consumer) {
    upkeep = true;
    model.engine().upkeep().tidy(order(), consumer);
  }

  /** Tidies what another client's consumer is called now. */
  void tidyOf(String clientName) {
    all.stream()
        .filter(other -> other.name().equals(clientName))
        .forEach(other -> tidy(other.consumer()));
  }

  void enqueue(String key, Priority priority, NewJob.Start start, boolean retry) {
    enqueue(key, priority, start, null, retry);
  }

  /** Adds a job under the one idempotency key there is. */
  void enqueueKeyed(String key) {
    keyed = key;
    NewJob.Idempotency idempotency = new NewJob.Idempotency("the key", Duration.ofHours(24));
    enqueue(key, Priority.NORMAL, NewJob.Start.NOW, idempotency, false);
  }

  private void enqueue(
      String key,
      Priority priority,
      NewJob.Start start,
      NewJob.@Nullable Idempotency idempotency,
      boolean retry) {
    byte[] envelope = {'{', '}'};
    NewJob job = new NewJob(key, "test.job", priority, start, idempotency, retry, envelope);
    Verdict verdict = EngineCalls.enqueue(model.engine(), model.queue(), job).get(0).verdict();
    if (verdict == Verdict.CREATED) {
      created.add(key);
    }
  }

  void cancel(String key) {
    model.engine().control().cancel(model.queue(), key, Retention.STANDARD);
  }

  void redrive(String key) {
    if (model.engine().control().redrive(model.queue(), key) == ActReply.DONE) {
      redriven.add(key);
    }
  }

  void delete(String key) {
    if (model.engine().control().delete(model.queue(), key) == ActReply.DONE) {
      removed.add(key);
    }
  }

  void purge() {
    purged = true;
    model.engine().control().purge(model.queue());
  }

  /** Any other act on the queue, of which the rules need to know nothing. */
  <T> T act(Function<Model, T> act) {
    return act.apply(model);
  }

  void pass(Duration time) {
    model.pass(time);
  }

  // ---- what the rules ask -----------------------------------------------------------------------

  List<Settlement> settlements() {
    return settlements;
  }

  List<Settled> settled() {
    return settled;
  }

  List<Claim> claims() {
    return claims;
  }

  List<Held> extended() {
    return extended;
  }

  List<LeaseReply> leaseReplies() {
    return leaseReplies;
  }

  Set<String> created() {
    return created;
  }

  Set<String> removed() {
    return removed;
  }

  Set<String> redriven() {
    return redriven;
  }

  /** The job that was enqueued with the idempotency key, or null. */
  @Nullable String keyed() {
    return keyed;
  }

  @Nullable Turn turn() {
    return turn;
  }

  @Nullable Gate gate() {
    return gate;
  }

  @Nullable Held noted() {
    return noted;
  }

  String checkpoint() {
    return checkpoint;
  }

  boolean wrote() {
    return wrote;
  }

  boolean stale() {
    return stale;
  }

  boolean upkeep() {
    return upkeep;
  }

  boolean answered() {
    return answered;
  }

  boolean purged() {
    return purged;
  }
}
