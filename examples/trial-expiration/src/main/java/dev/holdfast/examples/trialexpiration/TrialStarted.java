package dev.holdfast.examples.trialexpiration;

import dev.holdfast.event.Awaits;
import dev.holdfast.job.JobType;
import java.time.Instant;

/**
 * A user has begun a trial. Its run listens for the user's payment from now on, so that one that
 * comes while the run sleeps is there when it waits.
 *
 * @param userId the user
 * @param address where mail goes
 * @param endsAt when the trial ends
 */
@JobType(value = "trial.expiration", queue = TrialStarted.QUEUE)
@Awaits(value = Subscribed.class, key = "/userId")
public record TrialStarted(String userId, String address, Instant endsAt) {
  static final String QUEUE = "trials";
}
