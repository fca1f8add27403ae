package dev.holdfast.worker;

import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Envelope;
import org.jspecify.annotations.Nullable;

/**
 * Makes a claim ready to be run: finds its handler, reads its envelope and its payload. What cannot
 * be run here is settled here. Used by many threads.
 */
final class ClaimReader {
  private final WorkerPlan plan;
  private final Settler settler;

  ClaimReader(WorkerPlan plan, Settler settler) {
    this.plan = plan;
    this.settler = settler;
  }

  /** What its handler is to see: an {@link AttemptContext} or a {@link BatchedJob}; or null. */
  @Nullable ClaimView read(ActiveJob job) {
    Claim claim = job.claim();
    RegisteredHandler handler = plan.handlers().find(claim.type());
    if (handler == null) {
      missed(job, "no handler for this type here");
      return null;
    }
    job.handledBy(handler);
    Envelope envelope;
    Object payload;
    try {
      envelope = plan.envelopes().decode(claim.envelope());
      if (envelope.version() > Envelope.VERSION) {
        missed(
            job,
            "its envelope has version "
                + envelope.version()
                + ", and this worker reads "
                + Envelope.VERSION);
        return null;
      }
      payload =
          handler.isOurs()
              ? envelope.payload()
              : plan.codec()
                  .decode("payload of job " + job.id(), envelope.payload(), handler.payload());
    } catch (RuntimeException e) {
      settler.settle(job, settler.rules().malformed(e, claim.counters()));
      return null;
    }
    return handler.code() instanceof RegisteredHandler.Batch
        ? new BatchedJob(job, envelope, payload, plan)
        : new AttemptContext(job, envelope, payload, plan);
  }

  private void missed(ActiveJob job, String why) {
    Claim claim = job.claim();
    settler.settle(job, settler.rules().missed(why, claim.counters(), claim.missedFor()));
  }
}
