package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Jobs with limit keys and costs, for the contracts of limits. */
abstract class LimitedJobs extends StagedJobs {
  static final LimitScope EACH_KEY = LimitScope.eachKey();

  /** More turns than one after the other may ever be asked for. */
  private static final int MANY = 2_000;

  final void limit(LimitScope scope, Limit limit) {
    control().limit(queue(), scope, limit);
  }

  final void unlimit(LimitScope scope) {
    control().limit(queue(), scope, null);
  }

  final NewJob of(String limitKey) {
    return of(limitKey, Priority.NORMAL);
  }

  final NewJob of(String limitKey, Priority priority) {
    return job(TYPE, limitKey, 1, priority, Start.NOW);
  }

  final NewJob ofType(String type) {
    return job(type, null, 1, Priority.NORMAL, Start.NOW);
  }

  final NewJob ofType(String type, String limitKey) {
    return job(type, limitKey, 1, Priority.NORMAL, Start.NOW);
  }

  final NewJob costing(int cost, String limitKey) {
    return job(TYPE, limitKey, cost, Priority.NORMAL, Start.NOW);
  }

  final NewJob later(String limitKey, Duration delay) {
    return job(TYPE, limitKey, 1, Priority.NORMAL, new Start(delay, null));
  }

  final NewJob job(
      String type, @Nullable String limitKey, int cost, Priority priority, Start start) {
    return new NewJob(
        key(), type, priority, start, null, null, limitKey, cost, false, bytes("{\"p\":1}"));
  }

  /** Adds so many jobs of a limit key, all in one call. */
  final List<String> enqueueOf(String limitKey, int count) {
    return enqueue(IntStream.range(0, count).mapToObj(i -> of(limitKey)).toArray(NewJob[]::new));
  }

  /** Adds so many jobs of a limit key, each in a call of its own. */
  final List<String> enqueueApart(String limitKey, int count) {
    return IntStream.range(0, count).mapToObj(i -> enqueue(of(limitKey)).get(0)).toList();
  }

  /** All that "w1" can claim now, in turns that start at the high lane. */
  final List<Claim> claims() {
    return claims(taker());
  }

  final List<Claim> claims(TurnTaker taker) {
    List<Claim> all = new ArrayList<>();
    for (int turns = 0; turns < MANY; turns++) {
      TurnReply reply = taker.nextStartsHigh().turn(100);
      all.addAll(reply.claims());
      if (!reply.more() && reply.claims().size() < 100) {
        return all;
      }
    }
    throw new AssertionError(MANY + " turns said that there is more");
  }

  /** The keys of all that "w1" can claim now. */
  final List<String> claimed() {
    return keysOf(claims());
  }

  final void succeed(Claim... claims) {
    for (Claim claim : claims) {
      assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.DONE);
    }
  }

  /** All parked jobs, as a list shows them. */
  final List<StoredJob> parkedJobs() {
    List<StoredJob> all = new ArrayList<>();
    String cursor = null;
    do {
      Page<StoredJob> page = control().list(queue(), JobState.PARKED, cursor, 200);
      all.addAll(page.items());
      cursor = page.next();
    } while (cursor != null);
    return all;
  }

  final List<String> parked() {
    return parkedJobs().stream().map(StoredJob::key).toList();
  }
}
