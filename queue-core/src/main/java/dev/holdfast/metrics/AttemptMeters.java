package dev.holdfast.metrics;

import dev.holdfast.job.StateReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is counted and timed where jobs are attempted, for one queue and type.
 *
 * <p>All counters but those by outcome stand at zero from the first attempt on. A series that
 * appears with its first dead letter would show no increase, and the alert on it would stay silent.
 */
final class AttemptMeters {
  private static final Set<StateReason> DEAD =
      EnumSet.of(
          StateReason.EXHAUSTED,
          StateReason.POISON,
          StateReason.UNKNOWN_TYPE,
          StateReason.MALFORMED,
          StateReason.MISSING,
          StateReason.NON_RETRIABLE,
          StateReason.BURIED);

  // The bounds of the histograms are chosen, not measured.
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST_ATTEMPT = Duration.ofHours(1);
  private static final Duration LONGEST_WAIT = Duration.ofHours(24);

  private final Registrar registrar;
  private final Tags tags;
  private final Timer timeInQueue;
  private final Timer duration;
  private final Counter retries;
  private final Counter leasesLost;
  private final Map<String, Counter> attempts = new ConcurrentHashMap<>();
  private final Map<StateReason, Counter> deadLetters = new ConcurrentHashMap<>();

  AttemptMeters(Registrar registrar, Line line) {
    this.registrar = registrar;
    tags = line.tags();
    timeInQueue =
        registrar.timer(
            "holdfast.time.in.queue",
            "How long a job was ready before its attempt started",
            SHORTEST,
            LONGEST_WAIT,
            tags);
    duration =
        registrar.timer(
            "holdfast.attempt.duration",
            "How long an attempt took",
            SHORTEST,
            LONGEST_ATTEMPT,
            tags);
    retries =
        registrar.counter("holdfast.retries", "Failed jobs that will be attempted again", tags);
    leasesLost =
        registrar.counter(
            "holdfast.leases.lost", "Writes refused because the claim no longer stood", tags);
    DEAD.forEach(this::deadLetters);
  }

  void started(Duration waited) {
    Registrar.record(timeInQueue, waited);
  }

  void ended(String outcome, Duration took) {
    attempts(outcome).increment();
    Registrar.record(duration, took);
  }

  void retried() {
    retries.increment();
  }

  void died(StateReason reason) {
    deadLetters(reason).increment();
  }

  void leaseLost() {
    leasesLost.increment();
  }

  private Counter attempts(String outcome) {
    Counter known = attempts.get(outcome);
    return known != null
        ? known
        : attempts.computeIfAbsent(
            Registrar.nameOrUnknown(outcome),
            word ->
                registrar.counter(
                    "holdfast.attempts",
                    "Attempts that ended, by outcome",
                    tags.and("outcome", word)));
  }

  private Counter deadLetters(StateReason reason) {
    Counter known = deadLetters.get(reason);
    return known != null
        ? known
        : deadLetters.computeIfAbsent(
            reason,
            why ->
                registrar.counter(
                    "holdfast.dead.letters",
                    "Jobs that became dead letters",
                    tags.and("reason", Registrar.word(why))));
  }
}
