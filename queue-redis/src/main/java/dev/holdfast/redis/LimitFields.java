package dev.holdfast.redis;

import dev.holdfast.job.Naming;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.limit.Rate;
import dev.holdfast.spi.Control.LimitSetting;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * Limits as the hash {@code limits} holds them. A scope is {@code q}, {@code t:<type>}, {@code k}
 * or {@code k:<limit key>}; what is set for it is {@code most TAB permits TAB period in us TAB
 * burst TAB ordered TAB paused}.
 */
final class LimitFields {
  private LimitFields() {}

  static String name(LimitScope scope) {
    return switch (scope.kind()) {
      case QUEUE -> "q";
      case TYPE -> "t:" + scope.name();
      case EACH_KEY -> "k";
      case KEY -> "k:" + scope.name();
    };
  }

  /** What a job is parked by, as its status says it; a name that we did not write is left as is. */
  static String shown(String name) {
    return name.startsWith("t:")
        ? "type " + name.substring(2)
        : name.startsWith("k:") ? "key " + name.substring(2) : name;
  }

  private static LimitScope scope(String name) {
    if (name.equals("q") || name.equals("k")) {
      return name.equals("q") ? LimitScope.queue() : LimitScope.eachKey();
    } else if (name.startsWith("t:")) {
      return LimitScope.type(name.substring(2));
    } else if (name.startsWith("k:")) {
      return LimitScope.key(name.substring(2));
    }
    throw new IllegalArgumentException("no scope is named " + Naming.quote(name));
  }

  /** All fields but the last, which only a pause changes. */
  static String encode(Limit limit) {
    Rate rate = limit.rate();
    return (limit.concurrency() == null ? "" : limit.concurrency().toString())
        + "\t"
        + (rate == null
            ? "\t\t"
            : rate.permits() + "\t" + rate.period().toNanos() / 1_000 + "\t" + rate.burst())
        + "\t"
        + (limit.ordered() ? "1" : "0");
  }

  /**
   * Reads what is set for a scope.
   *
   * @throws RuntimeException if it was not written by us
   */
  static LimitSetting decode(String name, String setting) {
    String[] f = setting.split("\t", -1);
    Rate rate =
        f[1].isEmpty()
            ? null
            : new Rate(
                Integer.parseInt(f[1]),
                Duration.of(Long.parseLong(f[2]), ChronoUnit.MICROS),
                Integer.parseInt(f[3]));
    boolean ordered = f[4].equals("1");
    Integer most = f[0].isEmpty() ? null : Integer.valueOf(f[0]);
    Limit limit = most == null && rate == null && !ordered ? null : new Limit(most, rate, ordered);
    return new LimitSetting(scope(name), limit, f[5].equals("1"));
  }
}
