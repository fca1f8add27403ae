package dev.holdfast.redis;

import static dev.holdfast.redis.ModelOp.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * One small search for each rule: the fewest operations that can break it, in every order and with
 * a crash at each step. Quick, and what fails here names the rule; {@link MutantsIT} shows that it
 * does fail.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProtocolRulesIT {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private RedisProcess server;
  private Model model;

  @BeforeAll
  void open() {
    server = RedisServer.start();
    model = new Model(server, "rules");
  }

  @AfterAll
  void close() {
    model.close();
    server.close();
  }

  private void search(int jobs, List<List<ModelOp>> programs) {
    new ModelSearch(model, 1).from(begin(jobs, programs));
  }

  private ModelState begin(int jobs, List<List<ModelOp>> programs) {
    ModelState at = model.begin(programs);
    for (int job = 1; job <= jobs; job++) {
      at = model.step(at, new ModelClient("setup", List.of()), enqueue(job));
    }
    return at;
  }

  @Test
  void ways_that_meet_and_are_gone_on_with_once_end_as_they_do_apart() {
    List<List<ModelOp>> programs =
        List.of(List.of(claim(2), ack(), fail(SECOND, 0)), List.of(passLease(), reap(), claim(1)));
    ModelSearch merging = new ModelSearch(model, 1);
    merging.from(begin(2, programs));
    ModelSearch apart = new ModelSearch(model, 1, false);
    apart.from(begin(2, programs));

    assertThat(merging.ends()).isEqualTo(apart.ends());
    assertThat(merging.interleavings()).isEqualTo(apart.interleavings());
    assertThat(apart.states()).isGreaterThan(2 * merging.states());
  }

  @Test
  void an_outcome_with_a_token_that_does_not_stand_changes_nothing() {
    search(
        1,
        List.of(
            List.of(claim(1), ack(), fail(SECOND, 0)),
            List.of(passLease(), reap(), claim(1), extend(), ack())));
  }

  @Test
  void a_reaped_job_is_in_its_lane_again() {
    search(
        2, List.of(List.of(claim(2), passLease(), extend()), List.of(reap(), tidy("A"), claim(1))));
  }

  @Test
  void a_lease_that_runs_is_not_reaped() {
    search(
        2,
        List.of(
            List.of(claim(1), extend(), ack()), List.of(passShort(), reap(), tidy("A"), reap())));
  }

  @Test
  void a_turn_that_is_not_new_claims_nothing() {
    search(3, List.of(List.of(claim(1), claim(1), oldTurn(), lateCopy()), List.of(claim(1))));
  }

  @Test
  void a_claimed_job_has_its_lease_at_once() {
    search(2, List.of(List.of(claim(2), extend(), ack()), List.of(claim(1), release())));
  }

  @Test
  void a_checkpoint_of_a_claim_that_does_not_stand_is_not_written() {
    search(
        1,
        List.of(
            List.of(claim(1), note(), note()),
            List.of(passLease(), reap(), claim(1), note(), fail(SECOND, 0))));
  }

  @Test
  void a_consumer_that_claims_again_what_was_reaped_from_it_keeps_it() {
    search(
        1,
        List.of(
            List.of(claim(1), claim(1), ack()),
            List.of(passLease(), reap(), tidy("A"), passLease(), tidy("A"))));
  }

  @Test
  void a_turn_without_an_answer_is_taken_once_however_often_it_arrives() {
    search(
        3,
        List.of(
            List.of(claim(1), ackAndClaim(2).answerLost(), lateCopy(), repeat(), oldTurn()),
            List.of(claim(1).answerLost(), repeat(), ack())));
  }
}
