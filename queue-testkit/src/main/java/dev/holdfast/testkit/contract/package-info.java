/**
 * What every engine promises, as tests: an engine is one if these pass on it.
 *
 * <p>For those who build an engine. Each abstract class is one subject; extend it in the engine's
 * own tests and give it an {@link dev.holdfast.testkit.contract.EngineHarness}. After every test
 * the harness is asked whether what is stored agrees with itself.
 *
 * <p>Reading order: {@link dev.holdfast.testkit.contract.EngineHarness} (the engine and the instant
 * it judges by), {@link dev.holdfast.testkit.contract.EngineContract} (what the subjects share,
 * with {@code SentJobs}, {@code StagedJobs}, {@code LimitedJobs} and {@code RunJobs}), {@link
 * dev.holdfast.testkit.contract.TurnTaker} (a consumer's turns), then the subjects in the order of
 * a job's life:
 *
 * <ul>
 *   <li>added: {@link dev.holdfast.testkit.contract.OpenContract}, {@link
 *       dev.holdfast.testkit.contract.EnqueueContract}, {@link
 *       dev.holdfast.testkit.contract.UniquenessContract}
 *   <li>claimed: {@link dev.holdfast.testkit.contract.BellContract}, {@link
 *       dev.holdfast.testkit.contract.ClaimContract}, {@link
 *       dev.holdfast.testkit.contract.LaneContract}, {@link
 *       dev.holdfast.testkit.contract.PromoteContract}, {@link
 *       dev.holdfast.testkit.contract.RepeatContract}, {@link
 *       dev.holdfast.testkit.contract.LeaseContract}, {@link
 *       dev.holdfast.testkit.contract.NoteContract}
 *   <li>ended: {@link dev.holdfast.testkit.contract.OutcomeContract}, {@link
 *       dev.holdfast.testkit.contract.LostClaimContract}, {@link
 *       dev.holdfast.testkit.contract.RetentionContract}
 *   <li>taken back: {@link dev.holdfast.testkit.contract.ReapContract}, {@link
 *       dev.holdfast.testkit.contract.SuspectContract}, {@link
 *       dev.holdfast.testkit.contract.TidyContract}
 *   <li>operated on: {@link dev.holdfast.testkit.contract.LookContract}, {@link
 *       dev.holdfast.testkit.contract.CancelContract}, {@link
 *       dev.holdfast.testkit.contract.RedriveContract}, {@link
 *       dev.holdfast.testkit.contract.MoveContract}, {@link
 *       dev.holdfast.testkit.contract.DeleteContract}, {@link
 *       dev.holdfast.testkit.contract.PauseContract}
 *   <li>kept back by limits: {@link dev.holdfast.testkit.contract.ConcurrencyContract}, {@link
 *       dev.holdfast.testkit.contract.LimitChangeContract}, {@link
 *       dev.holdfast.testkit.contract.RateContract}, {@link
 *       dev.holdfast.testkit.contract.OrderContract}, {@link
 *       dev.holdfast.testkit.contract.OrderLifeContract}, {@link
 *       dev.holdfast.testkit.contract.BackOffContract}, {@link
 *       dev.holdfast.testkit.contract.TypePauseContract}, {@link
 *       dev.holdfast.testkit.contract.ParkedContract}, {@link
 *       dev.holdfast.testkit.contract.LimitLifeContract}
 *   <li>written down, waiting and told, as runs of flows are: {@link
 *       dev.holdfast.testkit.contract.JournalContract}, {@link
 *       dev.holdfast.testkit.contract.SuspendContract}, {@link
 *       dev.holdfast.testkit.contract.MailContract}, {@link
 *       dev.holdfast.testkit.contract.CancelRunContract}, {@link
 *       dev.holdfast.testkit.contract.ForkContract}, {@link
 *       dev.holdfast.testkit.contract.EndedContract}, {@link
 *       dev.holdfast.testkit.contract.TopicsContract}
 *   <li>enqueued again and again: {@link dev.holdfast.testkit.contract.ScheduleContract}
 *   <li>all at once: {@link dev.holdfast.testkit.contract.LifeContract}, {@link
 *       dev.holdfast.testkit.contract.RunLifeContract}
 *   <li>beside the queues: {@link dev.holdfast.testkit.contract.LockContract}
 * </ul>
 */
@NullMarked
package dev.holdfast.testkit.contract;

import org.jspecify.annotations.NullMarked;
