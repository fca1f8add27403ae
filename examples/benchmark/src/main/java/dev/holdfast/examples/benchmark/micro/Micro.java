package dev.holdfast.examples.benchmark.micro;

import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs {@link HotPieces}; what {@code --micro} starts. */
public final class Micro {
  private Micro() {}

  /**
   * Runs all, and prints time and bytes allocated for each call.
   *
   * @param args {@code --quick} for a first look
   * @throws RunnerException if JMH cannot run them
   */
  public static void main(String[] args) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(HotPieces.class.getName())
            .addProfiler(GCProfiler.class)
            .jvmArgs("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC");
    if (List.of(args).contains("--quick")) {
      TimeValue brief = TimeValue.milliseconds(300);
      options
          .forks(1)
          .warmupIterations(2)
          .warmupTime(brief)
          .measurementIterations(3)
          .measurementTime(brief);
    }
    new Runner(options.build()).run();
  }
}
