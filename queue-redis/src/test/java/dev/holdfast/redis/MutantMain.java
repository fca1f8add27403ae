package dev.holdfast.redis;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs tests of this package by name, and prints what became of them. */
public final class MutantMain {
  private MutantMain() {}

  /** Arguments: {@code Class#method}, any number. */
  public static void main(String[] args) {
    List<DiscoverySelector> tests =
        Arrays.stream(args)
            .<DiscoverySelector>map(
                test -> selectMethod(MutantMain.class.getPackageName() + "." + test))
            .toList();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(LauncherDiscoveryRequestBuilder.request().selectors(tests).build(), listener);
    TestExecutionSummary summary = listener.getSummary();
    summary
        .getFailures()
        .forEach(
            failure ->
                System.out.println(
                    "RED "
                        + failure.getTestIdentifier().getLegacyReportingName()
                        + "\n"
                        + failure.getException()));
    System.out.println(
        "RAN " + summary.getTestsStartedCount() + " GREEN " + summary.getTestsSucceededCount());
    // Not by returning: what a broken engine leaves running must not keep this process.
    System.exit(0);
  }
}
