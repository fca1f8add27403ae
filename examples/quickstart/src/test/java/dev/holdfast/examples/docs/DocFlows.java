package dev.holdfast.examples.docs;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.deadletter.DeadLetterFilter;
import dev.holdfast.event.Awaits;
import dev.holdfast.event.Event;
import dev.holdfast.event.EventType;
import dev.holdfast.flow.ChildOptions;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.FlowOptions;
import dev.holdfast.flow.FlowRuns;
import dev.holdfast.flow.Fork;
import dev.holdfast.flow.Lookback;
import dev.holdfast.flow.RunStatus;
import dev.holdfast.flow.StepCall;
import dev.holdfast.flow.StepFailedException;
import dev.holdfast.flow.StepOptions;
import dev.holdfast.flow.Steps;
import dev.holdfast.flow.TypeRef;
import dev.holdfast.flow.Wait;
import dev.holdfast.job.Failure;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobType;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.worker.HandlerOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The code that {@code docs/flows.md} shows; {@code DocsTest} compares. */
final class DocFlows {
  private DocFlows() {}

  /** Who pays for what. */
  interface Billing {
    /** Whether a user pays. */
    boolean isPaid(long userId) throws IOException;

    /** To the free plan. */
    void downgrade(long userId) throws IOException;

    /** Charges a card; the same key charges once. */
    Charge charge(long cents, String key) throws IOException;

    /** Gives a charge back; the same key gives back once. */
    void refund(String chargeId, String key) throws IOException;
  }

  /** Sends mail; the same key sends one. */
  interface Mail {
    /** A trial ends soon. */
    void trialEnds(long userId, Instant at, String key) throws IOException;

    /** A trial has ended. */
    void trialEnded(long userId, String key) throws IOException;

    /** An order is on its way. */
    void confirm(long orderId, String key) throws IOException;

    /** A card was declined. */
    void declined(long orderId, String key) throws IOException;

    /** How was it? */
    void askReview(long orderId, String key) throws IOException;
  }

  /** What is in store. */
  interface Stock {
    /** Takes what was ordered; the same key takes it once. */
    int take(List<Line> lines, String key) throws IOException;
  }

  /** A charge. */
  record Charge(String id) {}

  /** A line of an order. */
  record Line(String sku, int count) {}

  /** The card was refused. */
  static final class BadCard extends IOException {
    private static final long serialVersionUID = 1L;
  }

  // tag::trial-payload[]
  @JobType(value = "trial.expiry", queue = "billing")
  public record TrialStarted(long userId, Instant endsAt) {}

  // end::trial-payload[]

  // tag::trial[]
  public static final class TrialFlow implements FlowHandler<TrialStarted, String> {
    private final Billing billing;
    private final Mail mail;

    public TrialFlow(Billing billing, Mail mail) {
      this.billing = billing;
      this.mail = mail;
    }

    @Override
    public String run(Steps steps, TrialStarted trial) {
      long user = trial.userId();

      steps.sleepUntil("three days before", trial.endsAt().minus(Duration.ofDays(3)));
      if (steps.run("paid early", Boolean.class, step -> billing.isPaid(user))) {
        return "converted";
      }
      steps.run("warn", step -> mail.trialEnds(user, trial.endsAt(), step.idempotencyKey()));

      steps.sleepUntil("end", trial.endsAt());
      if (steps.run("paid at end", Boolean.class, step -> billing.isPaid(user))) {
        return "converted";
      }
      steps.run("downgrade", step -> billing.downgrade(user));
      steps.run("tell", step -> mail.trialEnded(user, step.idempotencyKey()));
      return "downgraded";
    }
  }

  // end::trial[]

  /** An order. */
  @JobType(value = "shop.order", queue = "shop")
  record PlaceOrder(long orderId, long cents, List<Line> lines) {}

  /** What became of an order. */
  record Placed(boolean paid) {}

  // tag::order[]
  public static final class OrderFlow implements FlowHandler<PlaceOrder, Placed> {
    private static final StepOptions CHARGE =
        StepOptions.builder()
            .retries(5)
            .timeout(Duration.ofSeconds(30))
            .retryIf(thrown -> !(thrown instanceof BadCard))
            .build();

    private final Billing billing;
    private final Stock stock;
    private final Mail mail;

    public OrderFlow(Billing billing, Stock stock, Mail mail) {
      this.billing = billing;
      this.stock = stock;
      this.mail = mail;
    }

    @Override
    public Placed run(Steps steps, PlaceOrder order) {
      long id = order.orderId();
      try {
        steps.run(
            "charge",
            Charge.class,
            CHARGE,
            step -> billing.charge(order.cents(), step.idempotencyKey()));
      } catch (StepFailedException e) { // recorded: the same at every call
        steps.run("declined", step -> mail.declined(id, step.idempotencyKey()));
        return new Placed(false);
      }

      steps.parallel(
          "fulfil",
          both -> {
            both.run("confirm", step -> mail.confirm(id, step.idempotencyKey()));
            both.run("stock", step -> stock.take(order.lines(), step.idempotencyKey()));
          });

      steps.sleep("before review", Duration.ofDays(7));
      steps.run("ask review", step -> mail.askReview(id, step.idempotencyKey()));
      return new Placed(true);
    }
  }

  // end::order[]

  static Worker register(Holdfast holdfast, Billing billing, Mail mail) {
    // tag::register[]
    Worker worker =
        Worker.on(holdfast).flow(new TrialFlow(billing, mail)).queue("billing", 20).start();
    // end::register[]
    return worker;
  }

  static Worker pinned(Holdfast holdfast, TrialFlow flow) {
    // tag::version[]
    Worker worker =
        Worker.on(holdfast)
            .flow(flow, HandlerOptions.asAnnotated(), FlowOptions.version("2").pin())
            .start();
    // end::version[]
    return worker;
  }

  static Optional<String> start(Holdfast holdfast, Instant endsAt) {
    // tag::start[]
    JobId run = holdfast.enqueue(new TrialStarted(7, endsAt)).id();
    // days later
    Optional<String> end = holdfast.result(run, String.class);
    // end::start[]
    return end;
  }

  /** Somebody pays from now on. */
  @EventType(value = "billing.subscribed", key = "/userId")
  record Subscribed(long userId, String plan) {}

  // tag::awaits[]
  @JobType(value = "trial.watch", queue = "billing")
  @Awaits(value = Subscribed.class, key = "/userId")
  public record WatchTrial(long userId, Instant endsAt) {}

  // end::awaits[]

  static FlowHandler<WatchTrial, String> watch(Billing billing) {
    // tag::wait[]
    FlowHandler<WatchTrial, String> flow =
        (steps, trial) -> {
          Optional<Event<Subscribed>> paid =
              steps.waitFor(
                  "paid or end",
                  Wait.on(Subscribed.class)
                      .key(Long.toString(trial.userId()))
                      .where(event -> !event.plan().equals("free"))
                      .until(trial.endsAt()));
          if (paid.isPresent()) {
            return "converted to " + paid.get().payload().plan();
          }
          steps.run("downgrade", step -> billing.downgrade(trial.userId()));
          return "downgraded";
        };
    // end::wait[]
    return flow;
  }

  static Wait<Subscribed> hour(String user) {
    // tag::lookback[]
    Wait<Subscribed> withinAnHour =
        Wait.on(Subscribed.class)
            .key(user)
            .since(Lookback.of(Duration.ofMinutes(10)))
            .within(Duration.ofHours(1));
    // end::lookback[]
    return withinAnHour;
  }

  /** A price somebody offers. */
  record Quote(String carrier, long cents) {}

  /** Somebody who offers prices. */
  interface Carrier {
    /** Asks for a price. */
    Quote quote(long parcel) throws IOException;
  }

  @JobType(value = "parcel.send", queue = "parcels")
  record SendParcel(long parcel) {}

  static FlowHandler<SendParcel, Quote> cheapest(Carrier north, Carrier south) {
    // tag::parallel[]
    FlowHandler<SendParcel, Quote> flow =
        (steps, job) -> {
          List<Quote> quotes = new ArrayList<>();
          steps.parallel(
              "quotes",
              branches -> {
                var first = branches.run("north", Quote.class, step -> north.quote(job.parcel()));
                var second = branches.run("south", Quote.class, step -> south.quote(job.parcel()));
                quotes.add(first.get());
                quotes.add(second.get());
              });
          return quotes.get(0).cents() <= quotes.get(1).cents() ? quotes.get(0) : quotes.get(1);
        };
    // end::parallel[]
    return flow;
  }

  static FlowHandler<SendParcel, Quote> fastest(Carrier north, Carrier south) {
    // tag::join-any[]
    FlowHandler<SendParcel, Quote> flow =
        (steps, job) -> {
          List<Quote> fastest = new ArrayList<>();
          steps.parallel(
              "quotes",
              branches -> {
                var first = branches.run("north", Quote.class, step -> north.quote(job.parcel()));
                var second =
                    branches.<Quote>branch(
                        "south",
                        branch -> {
                          branch.sleep("head start", Duration.ofMinutes(1));
                          return branch.run(
                              "quote", Quote.class, step -> south.quote(job.parcel()));
                        });
                fastest.add(branches.joinAny("fastest", List.of(first, second)).get());
              });
          return fastest.get(0);
        };
    // end::join-any[]
    return flow;
  }

  /** A label to print. */
  @JobType(value = "parcel.label", queue = "labels")
  record PrintLabel(long parcel) {}

  /** Where a label is. */
  record Label(String file) {}

  /** What was shipped. */
  @EventType(value = "parcel.shipped", key = "/parcel")
  record Shipped(long parcel, String label) {}

  /** A mail to send. */
  @JobType(value = "parcel.tell", queue = "mail")
  record TellReceiver(long parcel) {}

  static FlowHandler<SendParcel, String> child() {
    // tag::child[]
    FlowHandler<SendParcel, String> flow =
        (steps, job) -> {
          Label label = steps.call("label", new PrintLabel(job.parcel()), Label.class);
          steps.publish("shipped", new Shipped(job.parcel(), label.file()));
          steps.enqueue(
              "tell",
              new TellReceiver(job.parcel()),
              ChildOptions.defaults().in(Duration.ofHours(1)));
          return label.file();
        };
    // end::child[]
    return flow;
  }

  static List<Line> generic(Steps steps, StepCall<List<Line>> call) {
    // tag::type-ref[]
    List<Line> lines = steps.run("lines", new TypeRef<List<Line>>() {}, call);
    // end::type-ref[]
    return lines;
  }

  static FlowHandler<PlaceOrder, Placed> changed(Stock stock, Mail mail) {
    // tag::changed[]
    FlowHandler<PlaceOrder, Placed> flow =
        (steps, order) -> {
          if (steps.changed("stock-first")) { // new runs, and those that have not come this far
            steps.run("stock", step -> stock.take(order.lines(), step.idempotencyKey()));
            steps.run("confirm", step -> mail.confirm(order.orderId(), step.idempotencyKey()));
          } else { // runs that are past this place already
            steps.run("confirm", step -> mail.confirm(order.orderId(), step.idempotencyKey()));
          }
          return new Placed(true);
        };
    // end::changed[]
    return flow;
  }

  /** A feed to be read for ever. */
  @JobType(value = "feed.follow", queue = "feeds")
  record FollowFeed(String url, String after) {}

  /** A feed. */
  interface Feed {
    /** Reads what is new, and tells where to go on. */
    String read(String url, String after) throws IOException;
  }

  static FlowHandler<FollowFeed, Void> follow(Feed feed) {
    // tag::continue-as[]
    FlowHandler<FollowFeed, Void> flow =
        (steps, job) -> {
          String next = steps.run("read", String.class, step -> feed.read(job.url(), job.after()));
          steps.sleep("pause", Duration.ofHours(1));
          throw steps.continueAs(new FollowFeed(job.url(), next));
        };
    // end::continue-as[]
    return flow;
  }

  // tag::compensate[]
  public static final class PaidOrderFlow implements FlowHandler<PlaceOrder, Placed> {
    private final Billing billing;
    private final Stock stock;

    public PaidOrderFlow(Billing billing, Stock stock) {
      this.billing = billing;
      this.stock = stock;
    }

    @Override
    public Placed run(Steps steps, PlaceOrder order) {
      Charge charge =
          steps.run(
              "charge", Charge.class, step -> billing.charge(order.cents(), step.idempotencyKey()));
      try {
        steps.run("stock", step -> stock.take(order.lines(), step.idempotencyKey()));
      } catch (StepFailedException e) {
        steps.run("refund", step -> billing.refund(charge.id(), step.idempotencyKey()));
        return new Placed(false);
      }
      return new Placed(true);
    }

    @Override
    public void onCancel(Steps steps, PlaceOrder order) {
      steps.publish("cancelled", new OrderEnded(order.orderId(), "cancelled"));
    }

    @Override
    public void onFailure(Steps steps, PlaceOrder order, Failure failure) {
      steps.publish("failed", new OrderEnded(order.orderId(), failure.message()));
    }
  }

  // end::compensate[]

  /** An order has ended before its time. */
  @EventType(value = "order.ended", key = "/orderId")
  record OrderEnded(long orderId, String why) {}

  /** A legacy system without idempotency keys. */
  interface Ledger {
    /** Books an amount. */
    void book(long orderId, long cents) throws IOException;
  }

  static FlowHandler<PlaceOrder, Placed> atMostOnce(Ledger ledger) {
    // tag::at-most-once[]
    StepOptions once = StepOptions.builder().atMostOnce().retryPolicy(RetryPolicy.none()).build();
    FlowHandler<PlaceOrder, Placed> flow =
        (steps, order) -> {
          try {
            steps.run("book", once, step -> ledger.book(order.orderId(), order.cents()));
          } catch (StepFailedException e) { // failed, or cut short: nobody knows which part ran
            steps.enqueue("look", new LookAtBooking(order.orderId()));
          }
          return new Placed(true);
        };
    // end::at-most-once[]
    return flow;
  }

  /** Something for a person to look at. */
  @JobType("ledger.look")
  record LookAtBooking(long orderId) {}

  static int look(FlowRuns runs, JobId id) {
    // tag::runs[]
    Optional<RunStatus> run = runs.status(id);
    boolean warned = run.flatMap(status -> status.step("warn")).isPresent();
    List<RunStatus.Waiting> waitsFor = run.map(RunStatus::waiting).orElse(List.of());
    Optional<Instant> wakes = run.flatMap(RunStatus::wakeAt);
    // end::runs[]

    // tag::fork[]
    boolean sent = runs.resume(id); // the dead letter goes on at the step that failed
    Optional<JobId> other = runs.fork(id, Fork.step("charge")); // another run, on from "charge"
    int forked =
        runs.forkAll("shop", DeadLetterFilter.ofType("shop.order"), Fork.lastFailure(), 10);
    // end::fork[]
    int known = waitsFor.size() + (warned ? 1 : 0) + (wakes.isPresent() ? 1 : 0);
    return known + (sent ? 1 : 0) + (other.isPresent() ? 1 : 0) + forked;
  }
}
