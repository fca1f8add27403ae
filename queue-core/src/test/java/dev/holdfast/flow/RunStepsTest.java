package dev.holdfast.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.event.EventType;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.flow.FakeHost.Code;
import dev.holdfast.flow.FakeHost.Led;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.Failure;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.LeaseLostException;
import dev.holdfast.job.NonRetriableException;
import dev.holdfast.job.RetryAfterException;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps of a run in one scope: what is recorded of them, and what comes of them when replayed. */
@Timeout(20)
class RunStepsTest {
  private static final Duration DAY = Duration.ofDays(1);

  @EventType("paid")
  record Paid(int cents) {}

  private final FakeHost host = new FakeHost();
  private final List<String> did = new ArrayList<>();

  private static Mail.EventCame paid(String id, int cents) {
    byte[] json = ("{\"cents\":" + cents + "}").getBytes(StandardCharsets.UTF_8);
    return new Mail.EventCame(id, "paid", "", FakeHost.START, json);
  }

  private static void sleepADay(Steps steps) {
    steps.sleep("day", DAY);
  }

  @Nested
  class Keys {
    @Test
    void a_second_step_of_a_name_has_an_occurrence() {
      host.toEnd(
          steps -> {
            for (int i = 0; i < 3; i++) {
              steps.run("turn", s -> did.add(s.idempotencyKey()));
            }
            return null;
          });
      assertThat(host.journal())
          .containsExactly("began  1", "done turn", "done turn#1", "done turn#2");
      assertThat(did).allMatch(key -> key.startsWith(host.id() + ":turn"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a#1", "a\tb", "!a", "\ud800"})
    void a_name_that_is_none_is_refused(String name) {
      Led led = host.lead(steps -> steps.run(name, String.class, s -> "x"));
      assertThat(led.thrown()).isInstanceOf(InvalidNameException.class);
      assertThat(host.entries).isEmpty();
    }

    @Test
    void a_name_has_200_bytes_at_most() {
      assertThat(host.lead(steps -> steps.run("é".repeat(100), String.class, s -> "x")).thrown())
          .isNull();
      assertThat(host.lead(steps -> steps.run("é".repeat(101), String.class, s -> "x")).thrown())
          .isInstanceOf(InvalidNameException.class);
    }
  }

  @Nested
  class Replay {
    @Test
    void a_flow_of_three_steps_costs_three_appends_and_its_replay_none() {
      Code code =
          steps -> {
            String all = "";
            for (int i = 0; i < 3; i++) {
              String value = "v" + i;
              all += steps.run("step", String.class, s -> value);
            }
            return all + steps.replaying();
          };
      assertThat(host.lead(code).result()).isEqualTo("v0v1v2false");
      assertThat(host.appends).hasSize(3);
      assertThat(host.lead(code).result()).isEqualTo("v0v1v2true");
      assertThat(host.appends).hasSize(3);
    }

    @Test
    void a_sleep_costs_no_append_of_its_own_and_begins_once() {
      Code code =
          steps -> {
            sleepADay(steps);
            return "slept";
          };
      Led led = host.lead(code);
      Outcome.Suspended outcome = host.suspend(led);
      assertThat(outcome.delay()).isEqualTo(DAY);
      assertThat(outcome.until()).isNull();
      assertThat(host.appends).isEmpty();
      host.engineNow = FakeHost.START.plus(Duration.ofHours(20));
      host.workerNow = host.engineNow;

      led = host.lead(code);
      assertThat(led.run().suspension(false).until()).isEqualTo(FakeHost.START.plus(DAY));
      assertThat(host.toEnd(code).result()).isEqualTo("slept");
    }

    @Test
    void a_worker_whose_clock_is_behind_asks_the_engine_once() {
      Code code =
          steps -> {
            sleepADay(steps);
            return "slept";
          };
      host.workerNow = FakeHost.START.minus(Duration.ofHours(2));
      host.suspend(host.lead(code));
      Led led = host.lead(code);
      assertThat(led.result()).isEqualTo("slept");
      assertThat(host.appends).hasSize(1);
    }

    @Test
    void a_null_and_a_value_are_given_again() {
      Code code =
          steps -> {
            String none = steps.run("null", String.class, s -> null);
            Integer one = steps.run("one", Integer.class, s -> did.size());
            did.add("x");
            sleepADay(steps);
            return none + " " + one;
          };
      assertThat(host.toEnd(code).result()).isEqualTo("null 0");
    }

    @Test
    void an_append_without_an_answer_is_sent_again_the_same() {
      host.unanswered = 2;
      Led led = host.lead(steps -> steps.run("a", String.class, s -> "x"));
      assertThat(led.result()).isEqualTo("x");
      assertThat(host.appends).hasSize(3);
      assertThat(host.entries).hasSize(2);
    }

    @Test
    void a_drained_attempt_gives_up_on_the_engine_soon_and_does_no_further_step() {
      host.unanswered = Integer.MAX_VALUE;
      Led led =
          host.lead(
              steps ->
                  steps.run(
                      "a",
                      String.class,
                      s -> {
                        host.drained = true;
                        return "x";
                      }));
      assertThat(led.thrown()).isInstanceOf(EngineUnavailableException.class);
    }

    @Test
    void a_refused_append_means_that_the_lease_is_lost() {
      host.standing = false;
      Led led =
          host.lead(
              steps -> {
                try {
                  steps.run("a", s -> did.add("a"));
                } catch (LeaseLostException e) {
                  did.add("lost");
                }
                steps.run("b", s -> did.add("b"));
                return null;
              });
      assertThat(led.thrown()).isInstanceOf(LeaseLostException.class);
      assertThat(host.lost).isTrue();
      assertThat(did).containsExactly("a", "lost");
    }

    @Test
    void a_swallowed_suspension_is_thrown_again_by_the_next_step() {
      Led led =
          host.lead(
              steps -> {
                try {
                  sleepADay(steps);
                } catch (RunSuspended e) {
                  did.add("swallowed");
                }
                steps.run("next", s -> did.add("next"));
                return "returned";
              });
      assertThat(led.suspended()).isTrue();
      assertThat(did).containsExactly("swallowed");
    }

    @Test
    void steps_do_not_nest() {
      Led led =
          host.lead(
              steps -> {
                steps.run("outer", StepOptions.retries(0), s -> steps.run("inner", t -> {}));
                return null;
              });
      assertThat(led.thrown()).isInstanceOf(StepFailedException.class);
      assertThat(((StepFailedException) led.thrown()).causeIs(IllegalStateException.class))
          .isTrue();
    }
  }

  @Nested
  class ChangedCode {
    private void recordAB() {
      host.lead(
          steps -> {
            steps.run("a", s -> did.add("a"));
            steps.run("b", s -> did.add("b"));
            return null;
          });
      did.clear();
    }

    @Test
    void new_and_renamed_steps_run_and_removed_ones_are_ignored_in_any_order() {
      recordAB();
      Led led =
          host.lead(
              steps -> {
                steps.run("b", s -> did.add("b"));
                steps.run("new", s -> did.add("new"));
                return "end";
              });
      assertThat(led.result()).isEqualTo("end");
      assertThat(did).containsExactly("new");
      assertThat(led.run().unvisited()).isEqualTo(1);
    }

    @Test
    void a_changed_kind_or_type_ends_the_run() {
      recordAB();
      assertThat(
              host.lead(
                      steps -> {
                        steps.sleep("a", DAY);
                        return null;
                      })
                  .thrown())
          .isInstanceOf(FlowChangedException.class)
          .hasMessageContaining("SLEEP");
      host.lead(steps -> steps.run("text", String.class, s -> "x"));
      assertThat(host.lead(steps -> steps.run("text", Integer.class, s -> 1)).thrown())
          .isInstanceOf(FlowChangedException.class);
    }

    @Test
    void changed_is_yes_to_a_run_that_comes_there_first_and_no_to_one_that_was_past_it() {
      Code changed =
          steps -> {
            steps.run("a", s -> {});
            String way = steps.changed("v2") ? "new" : "old";
            steps.run("b", s -> {});
            return way;
          };
      assertThat(host.lead(changed).result()).isEqualTo("new");
      assertThat(host.lead(changed).result()).isEqualTo("new");

      FakeHost other = new FakeHost();
      other.lead(
          steps -> {
            steps.run("a", s -> {});
            steps.run("b", s -> {});
            return null;
          });
      assertThat(other.lead(changed).result()).isEqualTo("old");
      other.lead(
          steps -> {
            changed.run(steps);
            steps.run("c", s -> {});
            return null;
          });
      assertThat(other.journal()).contains("changed v2 no");
    }

    @Test
    void a_pinned_worker_leaves_other_versions_and_anyone_leaves_unknown_entries() {
      recordAB();
      host.options = FlowOptions.version("2");
      assertThat(host.lead(steps -> null).run().unfit()).isNull();
      host.options = FlowOptions.version("2").pin();
      assertThat(host.lead(steps -> null).run().unfit()).contains("version 1");
      host.options = FlowOptions.defaults();
      host.entries.add(
          new dev.holdfast.spi.Journal.Entry(
              FakeHost.START, "later\tx".getBytes(StandardCharsets.UTF_8)));
      assertThat(host.lead(steps -> null).run().unfit()).contains("later");
    }
  }

  @Nested
  class Failures {
    @Test
    void attempts_are_counted_over_calls_and_the_last_failure_is_kept() {
      Code code =
          steps -> {
            steps.run(
                "a",
                StepOptions.retries(2),
                s -> {
                  did.add("attempt " + s.attempt());
                  throw new IOException("no");
                });
            return null;
          };
      Led led = host.toEnd(code);
      assertThat(did).containsExactly("attempt 1", "attempt 2", "attempt 3");
      StepFailedException failed = (StepFailedException) led.thrown();
      assertThat(failed.attempts()).isEqualTo(3);
      assertThat(led.run().isOwn(failed)).isTrue();
      assertThat(host.lead(code).thrown()).hasMessage(failed.getMessage());
      assertThat(did).hasSize(3);
    }

    @Test
    void what_is_hopeless_fails_at_once_and_what_asks_for_a_wait_gets_it() {
      assertThat(
              host.lead(
                      steps -> {
                        steps.run(
                            "a",
                            s -> {
                              throw new NonRetriableException("no");
                            });
                        return null;
                      })
                  .thrown())
          .isInstanceOf(StepFailedException.class);
      StepOptions never = StepOptions.builder().retryIf(e -> false).build();
      assertThat(
              host.lead(
                      steps -> {
                        steps.run(
                            "b",
                            never,
                            s -> {
                              throw new IOException("no");
                            });
                        return null;
                      })
                  .thrown())
          .isInstanceOf(StepFailedException.class);
      Led led =
          host.lead(
              steps -> {
                steps.run(
                    "c",
                    s -> {
                      throw new RetryAfterException(Duration.ofHours(3), "later");
                    });
                return null;
              });
      assertThat(led.run().suspension(false).delay()).isEqualTo(Duration.ofHours(3));
    }

    @Test
    void a_step_that_may_not_begin_twice_fails_if_it_was_cut_short() {
      StepOptions once = StepOptions.builder().atMostOnce().build();
      // A crash: what was recorded stays, what was to come does not.
      host.lead(
          steps -> {
            steps.run(
                "pay",
                once,
                s -> {
                  did.add("pay");
                  host.drained = true;
                  throw new InterruptedException();
                });
            return null;
          });
      host.drained = false;
      Led led =
          host.lead(
              steps -> {
                steps.run("pay", once, s -> did.add("again"));
                return null;
              });
      assertThat(((StepFailedException) led.thrown()).failure().type())
          .isEqualTo("step-interrupted");
      assertThat(did).containsExactly("pay");
    }

    @Test
    void a_drain_is_no_failure_of_the_step_and_later_steps_do_not_begin() {
      Led led =
          host.lead(
              steps -> {
                try {
                  steps.run(
                      "a",
                      s -> {
                        host.drained = true;
                        throw new InterruptedException();
                      });
                } finally {
                  did.add("finally");
                }
                return null;
              });
      assertThat(led.run().isInterrupted()).isTrue();
      assertThat(led.suspended()).isFalse();
      assertThat(host.entries).isEmpty();
    }

    @Test
    void a_redriven_run_attempts_the_fatal_step_anew_and_tells_of_a_second_failure_anew() {
      Code broken =
          steps -> {
            steps.run("a", s -> did.add("a"));
            steps.run(
                "b",
                StepOptions.retries(0),
                s -> {
                  did.add("b");
                  throw new IOException("no");
                });
            return "end";
          };
      Led led = host.lead(broken);
      StepFailedException failed = (StepFailedException) led.thrown();
      Steps last =
          led.run().failureSteps(failed.step(), StateReason.NON_RETRIABLE, failed.failure());
      last.run("tell", s -> did.add("tell"));
      led.run().die(failed.step(), StateReason.NON_RETRIABLE, failed.failure());
      assertThat(host.journal().get(3))
          .startsWith("failing b NON_RETRIABLE java.io.IOException no");
      assertThat(host.journal()).contains("done !failure/tell");

      host.crashes = 1;
      assertThat(host.lead(steps -> null).run().phase()).isEqualTo(Run.Phase.DEAD);
      host.crashes = 0;
      led = host.lead(broken);
      assertThat(led.run().phase()).isEqualTo(Run.Phase.RUNNING);
      assertThat(host.journal()).contains("cleared b");
      led.run()
          .failureSteps("b", StateReason.NON_RETRIABLE, failed.failure())
          .run("tell", s -> did.add("tell"));
      assertThat(did).containsExactly("a", "b", "tell", "b", "tell");
    }

    @Test
    void a_failure_that_waited_is_remembered() {
      Led led = host.lead(steps -> null);
      Failure failure = new Failure("x", "why\tnot\n\\", "stack");
      Steps last = led.run().failureSteps("", StateReason.EXHAUSTED, failure);
      assertThatThrownBy(() -> sleepADay(last)).isInstanceOf(RunSuspended.class);
      host.suspend(led);
      Run again = host.lead(steps -> null).run();
      assertThat(again.phase()).isEqualTo(Run.Phase.FAILING);
      assertThat(again.deathReason()).isEqualTo(StateReason.EXHAUSTED);
      assertThat(again.deathFailure()).isEqualTo(failure);
    }

    @Test
    void limits_name_the_step() {
      host.options = FlowOptions.defaults().limits(10, 1_000, 3);
      assertThat(host.lead(steps -> steps.run("big", String.class, s -> "x".repeat(20))).thrown())
          .isInstanceOf(JournalLimitException.class)
          .hasMessageContaining("big");
      Led led =
          host.lead(
              steps -> {
                for (int i = 0; i < 9; i++) {
                  steps.run("s", s -> did.add("s"));
                }
                return null;
              });
      assertThat(led.thrown()).isInstanceOf(JournalLimitException.class).hasMessageContaining("s#");
      assertThat(did).hasSizeLessThan(4);
    }
  }

  @Nested
  class Mails {
    @Test
    void the_oldest_event_that_fits_is_received_once_and_kept() {
      host.deliver(paid("e1", 1));
      host.deliver(paid("e2", 2));
      Code code =
          steps -> {
            int first = steps.waitFor("a", Wait.on(Paid.class)).orElseThrow().payload().cents();
            int second = steps.waitFor("b", Wait.on(Paid.class)).orElseThrow().payload().cents();
            sleepADay(steps);
            return first * 10 + second;
          };
      assertThat(host.toEnd(code).result()).isEqualTo(12);
      assertThat(host.journal()).contains("received a event:paid:e1", "received b event:paid:e2");
    }

    @Test
    void a_wait_wakes_with_the_next_message_and_ends_with_its_time() {
      Code code =
          steps ->
              steps
                  .waitFor("a", Wait.on(Paid.class).within(DAY).where(paid -> paid.cents() > 5))
                  .isPresent();
      Outcome.Suspended outcome = host.suspend(host.lead(code));
      assertThat(outcome.wakeOn()).isEqualTo(1);
      assertThat(host.subjects).containsExactly("paid\t");
      host.engineNow = FakeHost.START.plusSeconds(5);
      host.workerNow = host.engineNow;
      host.deliver(paid("e1", 1));
      outcome = host.suspend(host.lead(code));
      assertThat(outcome.wakeOn()).isEqualTo(2);
      assertThat(host.engineNow).isEqualTo(FakeHost.START.plus(DAY));
      assertThat(host.lead(code).result()).isEqualTo(false);
    }

    @Test
    void without_look_back_only_later_events_count() {
      host.deliver(paid("e1", 1));
      Code code =
          steps ->
              steps
                  .waitFor("a", Wait.on(Paid.class).since(Lookback.NONE))
                  .orElseThrow()
                  .payload()
                  .cents();
      host.engineNow = FakeHost.START.plusSeconds(1);
      host.suspend(host.lead(code));
      host.deliver(paid("e2", 2));
      assertThat(host.lead(code).result()).isEqualTo(2);
    }

    @Test
    void a_call_is_enqueued_once_more_under_its_id_if_a_crash_came_and_fails_with_its_job() {
      Code code =
          steps -> {
            try {
              return steps.call("c", new Paid(1), String.class);
            } catch (StepFailedException e) {
              return e.failure().type();
            }
          };
      Led led = host.lead(code);
      // A crash: the suspension was not written.
      host.lead(code);
      host.suspend(led);
      host.lead(code);
      assertThat(host.sent).hasSize(2);
      assertThat(host.sent.get(0)).isEqualTo(host.sent.get(1)).endsWith(" of " + host.id().key());
      JobId child = new JobId("child", 0, host.sent.get(0).substring(0, 26));
      host.deliver(new Mail.JobEnded(child, 2, JobState.DEAD, "POISON", null));
      assertThat(host.lead(code).result()).isEqualTo("POISON");
      assertThat(host.lead(code).result()).isEqualTo("POISON");
    }

    @Test
    void a_published_event_has_the_id_of_its_step() {
      Code code =
          steps -> {
            steps.publish("p", new Paid(1));
            steps.publish("q", new Paid(1), PublishOptions.id("own"));
            sleepADay(steps);
            return null;
          };
      host.toEnd(code);
      assertThat(host.sent).containsExactly(host.id() + ":p", "own");
      assertThat(Children.eventId(host.id(), "k".repeat(500))).hasSizeLessThan(129);
    }

    @Test
    void who_asked_that_it_ends_is_heard_at_the_next_new_step_and_by_an_event_at_a_claim() {
      Code code =
          steps -> {
            steps.run("a", s -> host.cancelled = true);
            steps.run("b", s -> did.add("b"));
            return null;
          };
      assertThat(host.lead(code).thrown()).isInstanceOf(RunCancelledException.class);
      host.cancelled = false;
      host.awaitsCancel = true;
      host.deliver(new Mail.EventCame("e", "stop", "", Instant.EPOCH, new byte[] {'1'}));
      Led led = host.lead(code);
      assertThat(led.thrown()).isInstanceOf(RunCancelledException.class);
      assertThat(did).isEmpty();
    }

    @Test
    void our_own_flows_read_what_they_were_sent() {
      Code code =
          steps -> {
            if (steps.received().size() < 2) {
              throw steps.awaitMail(2, FakeHost.START.plus(DAY));
            }
            return steps.received().size();
          };
      Outcome.Suspended outcome = host.suspend(host.lead(code));
      assertThat(outcome.wakeOn()).isEqualTo(2);
      assertThat(outcome.until()).isEqualTo(FakeHost.START.plus(DAY));
      host.deliver(paid("e1", 1));
      host.deliver(new Mail.BatchSealed(3));
      assertThat(host.lead(code).result()).isEqualTo(2);
    }
  }

  @Nested
  class Branches {
    @Test
    void a_branch_that_is_done_is_not_run_again_because_another_waits() {
      AtomicInteger fast = new AtomicInteger();
      Code code =
          steps -> {
            steps.parallel(
                "p",
                p -> {
                  p.run("fast", s -> fast.incrementAndGet());
                  p.branch(
                      "slow",
                      b -> {
                        sleepADay(b);
                        b.parallel("inner", q -> q.run("x", s -> fast.addAndGet(10)));
                        return null;
                      });
                });
            return fast.get();
          };
      assertThat(host.toEnd(code).result()).isEqualTo(11);
      assertThat(host.journal()).contains("done p/fast", "done p/slow/inner/x");
    }

    @Test
    void the_earliest_of_the_waits_wakes_the_run() {
      Led led =
          host.lead(
              steps -> {
                steps.parallel(
                    "p",
                    p -> {
                      p.branch(
                          "long",
                          b -> {
                            b.sleep("s", Duration.ofDays(9));
                            return null;
                          });
                      p.branch("wait", b -> b.waitFor("w", Wait.on(Paid.class)));
                      p.branch(
                          "short",
                          b -> {
                            b.sleep("s", Duration.ofDays(2));
                            return null;
                          });
                    });
                return null;
              });
      Outcome.Suspended outcome = led.run().suspension(false);
      assertThat(outcome.delay()).isEqualTo(Duration.ofDays(2));
      assertThat(outcome.wakeOn()).isEqualTo(1);
      assertThat(outcome.append().entries()).hasSize(4);
    }

    @Test
    void a_failure_nobody_asked_for_is_thrown_once_the_others_are_done() {
      Code code =
          steps -> {
            steps.parallel(
                "p",
                p -> {
                  p.run(
                      "bad",
                      StepOptions.retries(0),
                      s -> {
                        throw new IOException("no");
                      });
                  p.branch(
                      "slow",
                      b -> {
                        sleepADay(b);
                        b.run("then", s -> did.add("then"));
                        return null;
                      });
                });
            return null;
          };
      Led led = host.toEnd(code);
      assertThat(led.thrown())
          .isInstanceOf(StepFailedException.class)
          .hasMessageContaining("p/bad");
      assertThat(did).containsExactly("then");
    }

    @Test
    void the_first_of_several_is_recorded() {
      Code code =
          steps -> {
            List<String> first = new ArrayList<>();
            steps.parallel(
                "p",
                p -> {
                  StepFuture<String> slow =
                      p.branch(
                          "slow",
                          b -> {
                            sleepADay(b);
                            return "slow";
                          });
                  StepFuture<String> fast = p.run("fast", String.class, s -> "fast");
                  first.add(p.joinAny("first", List.of(slow, fast)).get());
                });
            return first.get(0);
          };
      assertThat(host.toEnd(code).result()).isEqualTo("fast");
      assertThat(host.journal()).contains("any p/first 1");
    }

    @Test
    void entries_of_branches_share_appends_and_none_is_lost() {
      host.toEnd(
          steps -> {
            steps.parallel(
                "p",
                p -> {
                  for (int i = 0; i < 20; i++) {
                    p.run("b", Integer.class, s -> 1);
                  }
                });
            return null;
          });
      assertThat(host.entries).hasSize(21);
      assertThat(host.journal()).contains("done p/b 1", "done p/b#19 1").doesNotHaveDuplicates();
    }
  }

  @Test
  void an_error_of_a_branch_outside_of_its_steps_is_thrown_as_it_is() {
    Led led =
        host.lead(
            steps -> {
              steps.parallel(
                  "p",
                  p ->
                      p.branch(
                          "b",
                          b -> {
                            throw new IOException("outside");
                          }));
              return null;
            });
    assertThat(led.thrown()).isInstanceOf(IOException.class).hasMessage("outside");
  }
}
