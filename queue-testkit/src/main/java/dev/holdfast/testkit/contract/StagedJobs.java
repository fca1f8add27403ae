package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Control.ActReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Jobs in every state, for contracts of what is done to them. */
abstract class StagedJobs extends EngineContract {
  static final Retention KEEP_NONE = new Retention(Duration.ZERO, 0, Duration.ofDays(90), 100_000);

  final Control control() {
    return engine().control();
  }

  final ActReply cancel(String key) {
    return control().cancel(queue(), key, Retention.STANDARD);
  }

  final ActReply prioritize(String key, Priority priority) {
    return control().prioritize(queue(), key, priority);
  }

  /** All that can be claimed now, one by one and in order of the lanes. */
  final List<String> claimable() {
    List<String> keys = new ArrayList<>();
    TurnTaker taker = taker("claimable");
    while (true) {
      // Every fourth turn gives another lane its chance: left out here.
      List<Claim> claims = taker.nextNumber(taker.number() / 4 * 4 + 5).claim(1);
      if (claims.isEmpty()) {
        return keys;
      }
      keys.add(claims.get(0).held().key());
    }
  }

  final String deadJob() {
    String key = enqueueOne();
    claimAndSettle(buried(StateReason.EXHAUSTED));
    return key;
  }

  final String succeededJob() {
    String key = enqueueOne();
    claimAndSettle(succeeded());
    return key;
  }

  final String cancelledJob() {
    String key = enqueueOne();
    assertThat(cancel(key)).isEqualTo(ActReply.DONE);
    return key;
  }

  final String activeJob() {
    String key = enqueueOne();
    assertThat(taker().claimOne().held().key()).isEqualTo(key);
    return key;
  }

  final String scheduledJob() {
    return enqueue(delayed(Duration.ofMinutes(10))).get(0);
  }

  /** A job in the lane of suspects, with two crashes. */
  final String suspectJob() {
    String key = enqueueOne();
    for (int i = 0; i < 2; i++) {
      assertThat(taker("crashing").claimOne().held().key()).isEqualTo(key);
      passReaping(TurnTaker.LEASE);
    }
    assertThat(counters(key).crashes()).isEqualTo(2);
    return key;
  }
}
