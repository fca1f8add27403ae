/**
 * A trial of two weeks, in which a user pays or is warned and downgraded: a process that takes
 * weeks and outlives every process of the machine it runs on.
 *
 * <p>What an application of your own would have, in reading order:
 *
 * <ol>
 *   <li>{@code TrialFlow}: the two weeks, from top to bottom;
 *   <li>{@link dev.holdfast.examples.trialexpiration.TrialStarted}, which begins a run, and {@link
 *       dev.holdfast.examples.trialexpiration.Subscribed}, the event it waits for;
 *   <li>{@code Accounts} and {@code Mailer}: effects that bear repetition;
 *   <li>{@code TrialWorker}: the flow in a worker process.
 * </ol>
 *
 * <p>Around it: {@code TrialExpiration} (main), {@code Arguments}, {@code Days}, {@code Customer},
 * {@code TrialRun}, {@code Outcome}, {@code Check}, {@code JournalWatch}, {@code Workers}, {@code
 * ChildJvm}, {@code Database}, {@code Postgres}, {@code MailServer}. For {@code --crash}: {@code
 * KillPoint}, {@code KillList}, {@code KillSwitch}, {@code KillableFlow}, {@code KillableSteps}.
 */
@NullMarked
package dev.holdfast.examples.trialexpiration;

import org.jspecify.annotations.NullMarked;
